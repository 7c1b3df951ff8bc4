"""Keeping the counters short, and their sums."""

from sqlalchemy import text

from tracker.services.context import Context

# One fold at a time; whoever changes an assignment waits for none, because its counters are new rows.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('fold'))")

# It costs what is fresh, not what exists. Answers whose counters changed.
_FOLD = text("""
    WITH fresh AS (DELETE FROM tallies WHERE NOT folded RETURNING *),
    keys AS (SELECT DISTINCT programme_id, year, lead_unit_id, state, klass, due_on, carried FROM fresh),
    alike AS (
        DELETE FROM tallies AS t USING keys AS k
        WHERE t.folded AND t.programme_id = k.programme_id AND t.year = k.year AND t.lead_unit_id = k.lead_unit_id
            AND (t.state, t.klass, t.due_on, t.carried) IS NOT DISTINCT FROM (k.state, k.klass, k.due_on, k.carried)
        RETURNING t.*
    ),
    of_units AS (
        INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, carried, n, folded)
        SELECT programme_id, year, lead_unit_id, state, klass, due_on, carried, sum(n), true
        FROM (SELECT * FROM fresh UNION ALL SELECT * FROM alike) AS gone
        GROUP BY programme_id, year, lead_unit_id, state, klass, due_on, carried HAVING sum(n) <> 0
    ),
    year_keys AS (SELECT DISTINCT programme_id, year, state, klass, due_on, carried FROM fresh),
    year_alike AS (
        DELETE FROM year_tallies AS t USING year_keys AS k
        WHERE t.programme_id = k.programme_id AND t.year = k.year
            AND (t.state, t.klass, t.due_on, t.carried) IS NOT DISTINCT FROM (k.state, k.klass, k.due_on, k.carried)
        RETURNING t.*
    ),
    of_years AS (
        INSERT INTO year_tallies (programme_id, year, state, klass, due_on, carried, n)
        SELECT programme_id, year, state, klass, due_on, carried, sum(n)
        FROM (
            SELECT programme_id, year, state, klass, due_on, carried, n FROM fresh
            UNION ALL SELECT programme_id, year, state, klass, due_on, carried, n FROM year_alike
        ) AS gone
        GROUP BY programme_id, year, state, klass, due_on, carried HAVING sum(n) <> 0
    )
    SELECT DISTINCT programme_id, year, lead_unit_id FROM fresh
""")

_FORGET = text("""
    DELETE FROM unit_tallies USING unnest(:programmes, :years, :units) AS changed (programme_id, year, lead_unit_id)
    WHERE (unit_tallies.programme_id, unit_tallies.year, unit_tallies.lead_unit_id)
        = (changed.programme_id, changed.year, changed.lead_unit_id)
""")
_SUM = text("""
    INSERT INTO unit_tallies (programme_id, year, lead_unit_id, carried, n, late, deadlines)
    SELECT programme_id, year, lead_unit_id, carried, count(*), count(*) FILTER (WHERE klass = 'overdue'),
        coalesce(array_agg(due_on ORDER BY due_on) FILTER (WHERE klass IS NULL), '{}')
    FROM (
        SELECT programme_id, year, lead_unit_id, carried, klass, due_on, sum(n) AS n
        FROM tallies JOIN unnest(:programmes, :years, :units) AS changed (programme_id, year, lead_unit_id)
            USING (programme_id, year, lead_unit_id)
        WHERE folded AND state <> 'cancelled' GROUP BY programme_id, year, lead_unit_id, carried, klass, due_on
    ) AS alike, generate_series(1, n)
    GROUP BY programme_id, year, lead_unit_id, carried
""")

# Nobody changes an assignment meanwhile, or its change would be counted twice.
_ANEW = (
    "LOCK TABLE assignments IN SHARE MODE",
    "DELETE FROM tallies",
    "DELETE FROM year_tallies",
    "DELETE FROM unit_tallies",
    """
    INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, carried, n)
    SELECT (key).programme_id, counted, (key).lead_unit_id, (key).state, (key).klass, (key).due_on, counted > year,
        count(*)
    FROM (SELECT tally_key(one) AS key, year, coalesce(carried_to, year) AS last FROM assignments AS one) AS keys,
        generate_series(year, last) AS counted
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    """,
    "SELECT count_heads(ARRAY(SELECT id FROM units))",
)


def fold(ctx: Context) -> None:
    """Add equal counters up. Nothing else depends on it: every count is the same before and after."""
    ctx.session.execute(_ALONE)
    changed = ctx.session.execute(_FOLD).all()
    programmes, years, units = ([row[at] for row in changed] for at in range(3))
    if changed:
        for statement in (_FORGET, _SUM):
            ctx.session.execute(statement, {"programmes": programmes, "years": years, "units": units})


def recount(ctx: Context) -> None:
    """Every counter and sum anew from the assignments, and the heads of units from their people: for a database that
    was restored in parts, or written to by another version."""
    ctx.session.execute(_ALONE)
    for statement in _ANEW:
        ctx.session.execute(text(statement))
    fold(ctx)
