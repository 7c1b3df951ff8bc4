"""Fills a database with as many assignments as wanted, on top of the real programme: ten years, nine of them done.

Set-based SQL with the triggers off; what the triggers keep (counters, history, words) is filled in the same way after.
"""

import psycopg

YEARS = 10
# Each assignment has its state and one of twenty-four deadlines of its year by the dice of its own numbers, the same in
# every run. Nine tenths of what is open in the last year are overdue in its November. Fewer rows are those of the
# newest years.
UNITS = """
    INSERT INTO units (code, name, short_name, kind, aliases, position, valid_from)
    SELECT 'x' || n, 'Ủy ban nhân dân xã thử nghiệm ' || n, 'Xã ' || n, 'commune', '{}', 1000 + n, '2021-01-01'
    FROM generate_series(1, %(more)s::int) AS n
"""
PEOPLE = """
    WITH made AS (
        INSERT INTO users (login, name, email, password_hash, must_change_password, created_at)
        SELECT 'truong.x' || n, 'Chủ tịch xã ' || n, 'truong.x' || n || '@example.vn',
            (SELECT password_hash FROM users WHERE login = 'quantri'), false, now()
        FROM generate_series(1, %(more)s::int) AS n RETURNING id, login
    )
    INSERT INTO posts (user_id, unit_id, role, valid_from)
    SELECT made.id, units.id, 'head', '2021-01-01' FROM made JOIN units ON 'truong.' || units.code = made.login
"""
# A duty of its own for each slot keeps (duty, lead unit, period) unique.
DUTIES = """
    INSERT INTO duties (programme_id, key, kind, clause_id, unit_id, role, is_request)
    SELECT programme_id, 'bench:' || n, 'responsibility', clause_id, unit_id, 'lead', false
    FROM (SELECT * FROM duties WHERE kind = 'responsibility' AND unit_id IS NOT NULL ORDER BY id LIMIT 1) AS one,
        generate_series(1, %(slots)s::int) AS n
"""
ASSIGNMENTS = """
    INSERT INTO assignments (programme_id, duty_id, lead_unit_id, opened_for_id, owner_id, year, period, text,
        expected_result, state, percent, nominal_due_on, due_on, original_due_on, submitted_on, done_on, starred,
        changed_on, last_update_at, created_at)
    SELECT d.programme_id, d.id, u.id, u.id, p.user_id, y, y::text,
        'Nhiệm vụ thử nghiệm số ' || d.id || ' của ' || u.name || ': tổ chức tuyên truyền, kiểm tra việc chăm sóc,'
            || ' bảo vệ trẻ em, phòng chống đuối nước và tai nạn thương tích tại các thôn, tổ dân phố năm ' || y,
        'Báo cáo kết quả thực hiện trong năm ' || y,
        CASE WHEN y < %(last)s THEN 'completed' WHEN r < 0.12 THEN 'assigned' WHEN r < 0.24 THEN 'submitted'
            WHEN r < 0.5 THEN 'completed' ELSE 'in_progress' END,
        CASE WHEN y < %(last)s OR r < 0.5 AND r >= 0.12 THEN 100 ELSE (r * 90)::int END,
        due, due, due,
        CASE WHEN y < %(last)s OR r < 0.5 AND r >= 0.12 THEN due + (r * 20)::int - 16 END,
        CASE WHEN y < %(last)s OR r < 0.5 AND r >= 0.12 THEN due + (r * 20)::int - 16 END,
        r > 0.98, make_date(y, 3, 1), make_date(y, 6, 1), make_date(y, 1, 5)
    FROM (
        SELECT * FROM (
            SELECT y, d.id AS duty_id, u.id AS unit_id
            FROM generate_series(%(first)s::int, %(last)s::int) AS y, duties AS d, units AS u
            WHERE d.key LIKE 'bench:%%' AND u.kind <> 'committee'
            ORDER BY y DESC, d.id, u.id LIMIT %(rows)s
        ) AS newest ORDER BY y, duty_id, unit_id
    ) AS slots
    JOIN duties AS d ON d.id = slots.duty_id JOIN units AS u ON u.id = slots.unit_id
    CROSS JOIN LATERAL (SELECT (hashint8(d.id * 1000003 + u.id * 101 + y) & 65535) AS h) AS dice
    CROSS JOIN LATERAL (SELECT make_date(y, 1, 1) + 15 * (1 + h %% 24) AS due, (h / 24) / 2731.0 AS r) AS chance
    JOIN LATERAL (SELECT user_id FROM posts WHERE unit_id = u.id ORDER BY id LIMIT 1) AS p ON true
"""
COORDINATION = """
    INSERT INTO coordinating_units (assignment_id, unit_id, state)
    SELECT a.id, u.id, 'named' FROM assignments AS a
    JOIN LATERAL (
        SELECT id FROM units WHERE id <> a.lead_unit_id AND id > (a.id * 7919::bigint) %% %(units)s LIMIT 1
    ) AS u ON true
    WHERE a.duty_id IN (SELECT id FROM duties WHERE key LIKE 'bench:%%') AND a.id %% 5 = 0
"""
UPDATES = """
    INSERT INTO updates (assignment_id, author_id, signal, text, percent, created_at)
    SELECT id, owner_id, 'on_track', 'Đã tổ chức hội nghị tập huấn cho cán bộ thôn, tổ dân phố.', percent, created_at
    FROM assignments, generate_series(1, 2) WHERE state = 'in_progress' AND year = %(last)s
"""
ROUNDS = """
    INSERT INTO rounds (assignment_id, number, result, done_on, submitted_at, submitted_by_id, decision, decided_at,
        decided_by_id)
    SELECT id, 1, 'Hoàn thành theo kế hoạch.', done_on, submitted_on, owner_id,
        CASE WHEN state = 'completed' THEN 'confirmed' END, CASE WHEN state = 'completed' THEN submitted_on END,
        CASE WHEN state = 'completed' THEN owner_id END
    FROM assignments WHERE state IN ('submitted', 'completed') AND year = %(last)s AND owner_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM rounds WHERE assignment_id = assignments.id)
"""
KEPT_BY_TRIGGERS = (
    "TRUNCATE past_standings, tallies, year_tallies, unit_tallies, search_documents",
    "INSERT INTO past_standings SELECT id, changed_on, lead_unit_id, state, due_on, submitted_on FROM assignments",
    "INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n, folded)"
    " SELECT (key).programme_id, (key).year, (key).lead_unit_id, (key).state, (key).klass, (key).due_on, count(*), true"
    " FROM (SELECT tally_key(assignments) AS key FROM assignments) AS keys GROUP BY key",
    "INSERT INTO year_tallies (programme_id, year, state, klass, due_on, n)"
    " SELECT programme_id, year, state, klass, due_on, sum(n) FROM tallies GROUP BY 1, 2, 3, 4, 5",
    "INSERT INTO unit_tallies SELECT programme_id, year, lead_unit_id, false, count(*),"
    " count(*) FILTER (WHERE klass = 'overdue'),"
    " coalesce(array_agg(due_on ORDER BY due_on) FILTER (WHERE klass IS NULL), '{}')"
    " FROM tallies, generate_series(1, n) GROUP BY 1, 2, 3",
)
WORDS = """
    INSERT INTO search_documents
    SELECT a.id, setweight(to_tsvector('simple', fold(a.text)), 'A')
        || setweight(to_tsvector('simple', fold(concat_ws(' ', c.ref, u.name, u.short_name, a.expected_result))), 'B')
        || to_tsvector('simple', 'programme' || a.programme_id || ' unit' || a.lead_unit_id)
    FROM assignments AS a JOIN units AS u ON u.id = a.lead_unit_id JOIN duties AS d ON d.id = a.duty_id
        JOIN clauses AS c ON c.id = d.clause_id
"""
TABLES = ("assignments", "coordinating_units", "updates", "rounds")


def seed(url: str, rows: int, units: int, *, words: bool = True, last: int = 2026) -> int:
    """How many assignments there are afterwards. `words` fills the search too: the slowest part of a million."""
    with psycopg.connect(url, autocommit=True) as connection:
        have = connection.execute("SELECT count(*) FROM units").fetchone()[0]  # type: ignore[index]
        slots = max(1, -(-rows // (units * YEARS)))
        values = {
            "more": max(0, units - have), "slots": slots, "rows": rows, "units": units, "first": last - YEARS + 1,
            "last": last,
        }  # fmt: skip
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        for statement in (UNITS, PEOPLE, DUTIES, ASSIGNMENTS, COORDINATION, UPDATES, ROUNDS):
            connection.execute(statement.encode(), values)
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
        for statement in (*KEPT_BY_TRIGGERS, *([WORDS] if words else [])):
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE")
        return connection.execute("SELECT count(*) FROM assignments").fetchone()[0]  # type: ignore[index,no-any-return]
