"""Keys of other offices' systems, and the figures that they may read."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.models.api_token import ApiToken

BATCH = 2_000


def of_programmes(session: Session, programme_ids: Collection[int], *, open_only: bool = False) -> list[ApiToken]:
    """Open ones first, then the newest."""
    query = select(ApiToken).where(ApiToken.programme_id.in_(programme_ids))
    if open_only:
        query = query.where(ApiToken.revoked_at.is_(None))
    return list(session.scalars(query.order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc()).limit(200)))


def by_hash(session: Session, token_hash: str) -> ApiToken | None:
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash, ApiToken.revoked_at.is_(None)))


# The newest accepted round of each figure, measure by measure.
_FIGURES = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (f.measure_id, f.unit_id)
            i.number, m.position, m.name AS measure, m.per, f.measure_id, f.unit_id, f.unit_name, u.code,
            u.kind = 'commune' AS commune, f.period, f.round, f.numerator, f.denominator, f.value, f.no_data,
            f.estimate, f.source, f.accepted_at, u.position AS unit_position,
            (SELECT count(*) FROM measures AS s WHERE s.indicator_id = i.id AND s.retired_in IS NULL) AS measures
        FROM figures AS f
        JOIN measures AS m ON m.id = f.measure_id AND m.retired_in IS NULL
        JOIN indicators AS i ON i.id = m.indicator_id AND i.retired_in IS NULL
        JOIN units AS u ON u.id = f.unit_id
        WHERE i.programme_id = :programme AND f.period = :period AND f.accepted_at IS NOT NULL
        ORDER BY f.measure_id, f.unit_id, f.round DESC
    ) AS official
    ORDER BY number, position, commune, unit_position, unit_id
""")


def figures(session: Session, programme_id: int, period: str) -> Iterator[Any]:
    """Read on while they are read."""
    asked = {"programme": programme_id, "period": period}
    return iter(session.execute(_FIGURES, asked, execution_options={"yield_per": BATCH}))
