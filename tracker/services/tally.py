"""Keeping the counters short."""

from sqlalchemy import text

from tracker.services.context import Context

# One statement: nobody ever sees the rows gone and their sum not yet there. Rows that a trigger adds meanwhile are not
# touched; two folds at once take each row once, because the second finds the first's rows deleted.
_FOLD = text("""
    WITH gone AS (
        DELETE FROM tallies USING (
            SELECT array_agg(id) AS ids FROM tallies
            GROUP BY programme_id, year, lead_unit_id, state, klass, due_on, carried HAVING count(*) > 1
        ) AS alike
        WHERE tallies.id = ANY (alike.ids) RETURNING tallies.*
    )
    INSERT INTO tallies (programme_id, year, lead_unit_id, state, klass, due_on, carried, n)
    SELECT programme_id, year, lead_unit_id, state, klass, due_on, carried, sum(n) FROM gone
    GROUP BY programme_id, year, lead_unit_id, state, klass, due_on, carried HAVING sum(n) <> 0
""")


def fold(ctx: Context) -> None:
    """Add equal counters up. Nothing else depends on it: the sums are the same before and after."""
    ctx.session.execute(_FOLD)
