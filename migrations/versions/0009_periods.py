"""periods: a duty's assignments by period, what is carried from one to the next, and which periods were opened"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Before this version a duty had one assignment a year for each unit. The unit it was opened for is the first that led it;
# where two say the same (opened, given on, opened again), the older one is meant. A single duty's is the one with a day.
PERIODS = """
    WITH first AS (
        SELECT a.id, a.duty_id, a.lead_unit_id, a.year, a.due_on, d.recurrence, coalesce(
            (SELECT p.lead_unit_id FROM past_standings AS p WHERE p.assignment_id = a.id ORDER BY p.since LIMIT 1),
            a.lead_unit_id
        ) AS unit_id
        FROM assignments AS a JOIN duties AS d ON d.id = a.duty_id
        WHERE a.parent_id IS NULL AND a.period IS NULL
    ), placed AS (
        SELECT *,
            row_number() OVER (PARTITION BY duty_id, unit_id, year ORDER BY id) = 1 AS is_opened,
            recurrence = 'once'
                AND row_number() OVER (PARTITION BY duty_id, unit_id ORDER BY due_on IS NULL, year, id) = 1
                AND row_number() OVER (PARTITION BY duty_id, lead_unit_id ORDER BY due_on IS NULL, year, id) = 1
                AND NOT EXISTS (SELECT FROM assignments AS a WHERE a.duty_id = first.duty_id AND a.period = 'once'
                    AND first.unit_id IN (a.lead_unit_id, a.opened_for_id)) AS is_once
        FROM first
    )
    UPDATE assignments SET
        period = CASE WHEN placed.is_once THEN 'once' ELSE assignments.year::text END,
        opened_for_id = CASE WHEN placed.is_opened OR placed.is_once THEN placed.unit_id END
    FROM placed WHERE placed.id = assignments.id;
    UPDATE assignments SET period = year::text WHERE period IS NULL;
"""

# Going back, what stands for a part of a year or for a single duty stands on a retired duty of its own, because there a
# duty has one assignment a year; coming again, it returns. The audit knows what was carried.
APART = """
    INSERT INTO duties (programme_id, key, kind, clause_id, indicator_id, unit_id, class_id, role, is_request,
        deadline_wording, recurrence, last_day, deadline_on, retired_in)
    SELECT DISTINCT d.programme_id, d.key || '@' || a.period, d.kind, d.clause_id, d.indicator_id, d.unit_id,
        d.class_id, d.role, d.is_request, d.deadline_wording, d.recurrence, d.last_day, d.deadline_on,
        coalesce(d.retired_in, 1)
    FROM duties AS d JOIN assignments AS a ON a.duty_id = d.id WHERE a.period <> a.year::text;
    UPDATE assignments AS a SET duty_id = apart.id
    FROM duties AS d, duties AS apart
    WHERE d.id = a.duty_id AND a.period <> a.year::text
        AND apart.programme_id = d.programme_id AND apart.key = d.key || '@' || a.period;
"""
TOGETHER = """
    UPDATE assignments AS a SET duty_id = d.id, period = split_part(apart.key, '@', 2), opened_for_id = CASE
        WHEN a.parent_id IS NULL THEN coalesce(
            (SELECT p.lead_unit_id FROM past_standings AS p WHERE p.assignment_id = a.id ORDER BY p.since LIMIT 1),
            a.lead_unit_id
        ) END
    FROM duties AS apart, duties AS d
    WHERE apart.id = a.duty_id AND apart.key LIKE '%@%'
        AND d.programme_id = apart.programme_id AND d.key = split_part(apart.key, '@', 1);
    DELETE FROM duties WHERE key LIKE '%@%';
"""
CARRIED = """
    UPDATE assignments SET carried_from_id = e.subject_id FROM audit_events AS e
    WHERE e.subject_type = 'assignment' AND e.verb = 'carry' AND (e.data->>'into')::int = assignments.id;
    UPDATE assignments SET carried_to = e.year FROM (
        SELECT subject_id, max((data->>'year')::int) AS year FROM audit_events
        WHERE subject_type = 'assignment' AND verb = 'carry' GROUP BY subject_id
    ) AS e WHERE e.subject_id = assignments.id AND e.year > assignments.year AND assignments.period = 'once';
    UPDATE duties SET set_by_office = true FROM (
        SELECT DISTINCT ON (subject_id) subject_id, data FROM audit_events
        WHERE subject_type = 'duty' AND verb = 'set_duty' ORDER BY subject_id, id DESC
    ) AS e WHERE e.subject_id = duties.id AND (e.data->'after'->>'by_office')::boolean;
"""

# From now on, where work of this year is under way, what begins later opens by itself.
OPENINGS = """
    INSERT INTO period_openings (programme_id, period, opened_at)
    SELECT programme_id, period, now() FROM assignments WHERE period <> 'once' GROUP BY programme_id, period;
    UPDATE programmes SET opens_from = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    WHERE EXISTS (SELECT FROM assignments WHERE programme_id = programmes.id
        AND year = extract(year FROM now() AT TIME ZONE 'Asia/Ho_Chi_Minh'));
"""

# A single duty counts in its own year and in each into which it was carried.
COUNT_BY_YEAR = """
    CREATE OR REPLACE FUNCTION count_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        key tally_key;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            key := tally_key(OLD);
            INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n, carried)
            SELECT key.programme_id, y, key.lead_unit_id, key.state, key.klass, key.due_on, -1, y > OLD.year
            FROM generate_series(OLD.year, coalesce(OLD.carried_to, OLD.year)) AS y;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            key := tally_key(NEW);
            INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n, carried)
            SELECT key.programme_id, y, key.lead_unit_id, key.state, key.klass, key.due_on, 1, y > NEW.year
            FROM generate_series(NEW.year, coalesce(NEW.carried_to, NEW.year)) AS y;
        END IF;
        RETURN NULL;
    END $$;
    DROP TRIGGER assignments_recounted ON assignments;
    CREATE TRIGGER assignments_recounted AFTER UPDATE ON assignments FOR EACH ROW
        WHEN ((OLD.programme_id, OLD.year, OLD.carried_to, OLD.lead_unit_id, OLD.state, OLD.due_on, OLD.submitted_on)
            IS DISTINCT FROM
            (NEW.programme_id, NEW.year, NEW.carried_to, NEW.lead_unit_id, NEW.state, NEW.due_on, NEW.submitted_on))
        EXECUTE FUNCTION count_assignment();
"""
COUNT_ONCE = """
    CREATE OR REPLACE FUNCTION count_assignment() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        key tally_key;
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            key := tally_key(OLD);
            INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n)
            VALUES (key.programme_id, key.year, key.lead_unit_id, key.state, key.klass, key.due_on, -1);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            key := tally_key(NEW);
            INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, n)
            VALUES (key.programme_id, key.year, key.lead_unit_id, key.state, key.klass, key.due_on, 1);
        END IF;
        RETURN NULL;
    END $$;
    DROP TRIGGER assignments_recounted ON assignments;
    CREATE TRIGGER assignments_recounted AFTER UPDATE ON assignments FOR EACH ROW
        WHEN ((OLD.programme_id, OLD.year, OLD.lead_unit_id, OLD.state, OLD.due_on, OLD.submitted_on)
            IS DISTINCT FROM (NEW.programme_id, NEW.year, NEW.lead_unit_id, NEW.state, NEW.due_on, NEW.submitted_on))
        EXECUTE FUNCTION count_assignment();
"""


def upgrade() -> None:
    op.create_table(
        "period_openings",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("period <> 'once'", name=op.f("ck_period_openings_recurs")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["users.id"], name=op.f("fk_period_openings_opened_by_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_period_openings_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "period", name=op.f("pk_period_openings")),
    )
    op.add_column("programmes", sa.Column("opens_from", sa.Date(), nullable=True))
    op.add_column("duties", sa.Column("set_by_office", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("tallies", sa.Column("carried", sa.Boolean(), server_default="false", nullable=False))
    _tallies_index("state", "klass", "due_on", "n", "carried")
    op.add_column("assignments", sa.Column("period", sa.Text(), nullable=True))
    op.add_column("assignments", sa.Column("opened_for_id", sa.Integer(), nullable=True))
    op.add_column("assignments", sa.Column("carried_from_id", sa.Integer(), nullable=True))
    op.add_column("assignments", sa.Column("carried_to", sa.Integer(), nullable=True))
    op.drop_constraint(op.f("uq_assignments_duty_id_lead_unit_id_year"), "assignments", type_="unique")
    op.execute(COUNT_BY_YEAR)
    for statements in (TOGETHER, PERIODS, CARRIED, OPENINGS):
        op.execute(statements)
    op.alter_column("assignments", "period", nullable=False)
    op.create_unique_constraint(
        op.f("uq_assignments_duty_id_lead_unit_id_period"), "assignments", ["duty_id", "lead_unit_id", "period"]
    )
    op.create_unique_constraint(
        op.f("uq_assignments_duty_id_opened_for_id_period"), "assignments", ["duty_id", "opened_for_id", "period"]
    )
    op.create_check_constraint(
        op.f("ck_assignments_period"),
        "assignments",
        "period = 'once' OR period ~ '^[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?$' AND left(period, 4) = year::text",
    )
    op.create_check_constraint(
        op.f("ck_assignments_carried_to"),
        "assignments",
        "carried_to IS NULL OR (period = 'once' AND carried_to > year)",
    )
    op.create_check_constraint(op.f("ck_assignments_not_carried_from_itself"), "assignments", "carried_from_id <> id")
    op.create_foreign_key(op.f("fk_assignments_opened_for_id"), "assignments", "units", ["opened_for_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_assignments_carried_from_id"), "assignments", "assignments", ["carried_from_id"], ["id"]
    )
    op.create_index(op.f("ix_assignments_carried_from_id"), "assignments", ["carried_from_id"])
    op.create_index(
        "ix_assignments_once",
        "assignments",
        ["programme_id", "carried_to"],
        postgresql_where=sa.text("period = 'once'"),
    )


def downgrade() -> None:
    op.execute(COUNT_ONCE)
    op.execute("DELETE FROM tallies WHERE carried")
    op.execute(APART)
    op.drop_index("ix_assignments_once", "assignments")
    op.drop_index(op.f("ix_assignments_carried_from_id"), "assignments")
    for column in ("carried_to", "carried_from_id", "opened_for_id", "period"):
        op.drop_column("assignments", column)  # with the constraints that name it
    op.create_unique_constraint(
        op.f("uq_assignments_duty_id_lead_unit_id_year"), "assignments", ["duty_id", "lead_unit_id", "year"]
    )
    _tallies_index("state", "klass", "due_on", "n")
    op.drop_column("tallies", "carried")
    op.drop_column("duties", "set_by_office")
    op.drop_column("programmes", "opens_from")
    op.drop_table("period_openings")


def _tallies_index(*include: str) -> None:
    op.drop_index("ix_tallies_key", "tallies")
    op.create_index(
        "ix_tallies_key", "tallies", ["programme_id", "year", "lead_unit_id"], postgresql_include=list(include)
    )
