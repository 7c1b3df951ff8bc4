"""Keeping the counters short."""

from sqlalchemy import text

from tracker.services.context import Context

# One statement: nobody ever sees the rows gone and their sum not yet there, and it costs what is fresh, not what exists.
# Rows that a trigger adds meanwhile are not touched. Two folds at once take each row once, because the second finds the
# first's rows deleted; equal rows that both then wrote are added up by the next that meets them.
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
    )
    INSERT INTO year_tallies (programme_id, year, state, klass, due_on, carried, n)
    SELECT programme_id, year, state, klass, due_on, carried, sum(n)
    FROM (
        SELECT programme_id, year, state, klass, due_on, carried, n FROM fresh
        UNION ALL SELECT programme_id, year, state, klass, due_on, carried, n FROM year_alike
    ) AS gone
    GROUP BY programme_id, year, state, klass, due_on, carried HAVING sum(n) <> 0
""")


def fold(ctx: Context) -> None:
    """Add equal counters up. Nothing else depends on it: the sums are the same before and after."""
    ctx.session.execute(_FOLD)
