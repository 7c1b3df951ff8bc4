"""What a consolidated report is frozen from: plain rows, streamed, in the order of the report."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.rules.recurrence import period_named
from tracker.store.commune_figure import TOWN

BATCH = 2_000

# Of an assignment `a`: whether a report of the years :first to :last says it, single duties carried into them too.
OF_YEARS = """a.programme_id = :programme AND a.state NOT IN ('draft', 'cancelled') AND (
        a.year BETWEEN :first AND :last OR a.period = 'once' AND a.year < :first AND a.carried_to >= :first
    )"""
# Results and helpers are gathered once, not row by row: a nation has a million.
_WORK = text(f"""
    SELECT a.text, c.ref, d.kind, i.number, u.name AS unit, a.lead_unit_id, a.due_on, a.percent, a.state,
        a.submitted_on, a.period, a.year, coalesce(h.names, '') AS coordinating, coalesce(r.result, '') AS result
    FROM assignments AS a
    JOIN units AS u ON u.id = a.lead_unit_id
    JOIN duties AS d ON d.id = a.duty_id
    JOIN clauses AS c ON c.id = d.clause_id
    LEFT JOIN indicators AS i ON i.id = d.indicator_id AND d.kind = 'indicator'
    LEFT JOIN (
        SELECT o.assignment_id, string_agg(n.short_name, ', ' ORDER BY n.position, n.id) AS names
        FROM coordinating_units AS o JOIN units AS n ON n.id = o.unit_id GROUP BY o.assignment_id
    ) AS h ON h.assignment_id = a.id
    LEFT JOIN (
        SELECT DISTINCT ON (assignment_id) assignment_id, result FROM rounds
        WHERE decision IS DISTINCT FROM 'returned' AND decision IS DISTINCT FROM 'withdrawn'
        ORDER BY assignment_id, number DESC
    ) AS r ON r.assignment_id = a.id
    WHERE {OF_YEARS}
    ORDER BY u.position, u.id, a.duty_id, a.id
""")
# Of each figure of a unit other than the lead the newest accepted round.
_CELLS = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (f.measure_id, f.unit_id) f.measure_id, f.unit_id, f.unit_name, f.numerator, f.denominator,
            f.value, f.estimate, f.source, f.comment, i.number, m.position, u.position AS unit_position
        FROM figures AS f
        JOIN measures AS m ON m.id = f.measure_id AND m.retired_in IS NULL
        JOIN indicators AS i ON i.id = m.indicator_id AND i.retired_in IS NULL
        JOIN units AS u ON u.id = f.unit_id
        WHERE i.programme_id = :programme AND f.period = :period AND f.accepted_at IS NOT NULL AND u.kind = 'commune'
        ORDER BY f.measure_id, f.unit_id, f.round DESC
    ) AS official
    ORDER BY number, position, unit_position, unit_id
""")
# Of a measure the communes that owe it: by the cycle's frozen list; where that asks nobody, those that there are at the
# end of the period and that count in its stratum.
_LACKING = text("""
    WITH listed AS (
        SELECT m.id AS measure_id, r.unit_id FROM unit_reports AS r CROSS JOIN LATERAL unnest(r.measure_ids) AS m (id)
        WHERE r.cycle_id = :cycle AND r.level = 'commune' AND r.state <> 'exempt'
    ), owed AS (
        SELECT measure_id, unit_id FROM listed
        UNION ALL
        SELECT m.id, u.id FROM measures AS m JOIN units AS u
            ON u.kind = 'commune' AND u.valid_from <= :last AND (u.valid_to IS NULL OR u.valid_to >= :last)
            AND (m.stratum IS NULL OR (fold(u.name) ~ :town) = (m.stratum = 'urban'))
        WHERE m.id = ANY(:measures) AND m.id NOT IN (SELECT measure_id FROM listed)
    ), given AS (
        SELECT DISTINCT ON (measure_id, unit_id) measure_id, unit_id, numerator, value
        FROM figures WHERE measure_id = ANY(:measures) AND period = :period AND accepted_at IS NOT NULL
        ORDER BY measure_id, unit_id, round DESC
    )
    SELECT o.measure_id, count(*) AS n
    FROM owed AS o JOIN measures AS m ON m.id = o.measure_id
    LEFT JOIN given AS g ON g.measure_id = o.measure_id AND g.unit_id = o.unit_id
    WHERE o.measure_id = ANY(:measures) AND CASE WHEN m.per > 1 THEN g.numerator ELSE g.value END IS NULL
    GROUP BY o.measure_id
""")
_FILING = text("""
    SELECT r.unit_name, r.level, r.state, coalesce(a.due_on, r.due_on) AS due_on, a.submitted_on,
        (r.first_submitted_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS first_on, r.exempt_reason
    FROM unit_reports AS r LEFT JOIN assignments AS a ON a.id = r.assignment_id
    WHERE r.cycle_id = :cycle ORDER BY r.position, r.id
""")
_BUDGET = text("""
    SELECT u.name, b.source, sum(b.estimate) AS estimate, sum(b.approved) AS approved, sum(b.spent) AS spent
    FROM budget_lines AS b JOIN units AS u ON u.id = b.unit_id
    WHERE b.programme_id = :programme AND b.year BETWEEN :first AND :last
    GROUP BY u.id, b.source
    ORDER BY u.position, u.id, array_position(ARRAY['central', 'province', 'district', 'commune', 'social'], b.source)
""")


def work_rows(session: Session, programme_id: int, first: int, last: int) -> Iterator[Any]:
    """Read on while they are read."""
    asked = {"programme": programme_id, "first": first, "last": last}
    return iter(session.execute(_WORK, asked, execution_options={"yield_per": BATCH}))


def cell_rows(session: Session, programme_id: int, period: str) -> Iterator[Any]:
    """What the communes reported and the office accepted, measure by measure."""
    asked = {"programme": programme_id, "period": period}
    return iter(session.execute(_CELLS, asked, execution_options={"yield_per": BATCH}))


def lacking(session: Session, measure_ids: Sequence[int], period: str, cycle_id: int | None) -> dict[int, int]:
    """Measure → how many of the communes that owe it have no accepted figure in what the communes add up to; those
    that said that there is none are among them."""
    asked = {
        "measures": list(measure_ids), "period": period, "cycle": cycle_id, "last": period_named(period).last,
        "town": TOWN,
    }  # fmt: skip
    return {row.measure_id: row.n for row in session.execute(_LACKING, asked)}


def filing_rows(session: Session, cycle_id: int) -> Sequence[Any]:
    return session.execute(_FILING, {"cycle": cycle_id}).all()


def budget_rows(session: Session, programme_id: int, first: int, last: int) -> Sequence[Any]:
    """Of several years together, by unit and source."""
    return session.execute(_BUDGET, {"programme": programme_id, "first": first, "last": last}).all()
