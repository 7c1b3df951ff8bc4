"""People whose mails come back, though they hold a post: whoever writes to them believes that they were told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Unreachable:
    user_id: int
    name: str
    unit_name: str


# Few addresses are dead: from them to their posts, and only then whether the unit has a part in the programme.
_DEAD = text("""
    SELECT u.id, u.name, min(un.short_name)
    FROM users AS u JOIN posts AS p ON p.user_id = u.id JOIN units AS un ON un.id = p.unit_id
    WHERE u.dead_email IS NOT NULL AND u.dead_email = u.email AND u.active
        AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)
        AND un.valid_from <= :day AND (un.valid_to IS NULL OR un.valid_to >= :day)
        AND (
            EXISTS (SELECT FROM assignments AS a WHERE a.lead_unit_id = un.id AND a.programme_id = ANY(:programmes)
                AND NOT a.closed)
            OR EXISTS (SELECT FROM coordinating_units AS c JOIN assignments AS a ON a.id = c.assignment_id
                WHERE c.unit_id = un.id AND a.programme_id = ANY(:programmes) AND NOT a.closed)
            OR EXISTS (SELECT FROM standing_offices AS so WHERE so.unit_id = un.id
                AND so.programme_id = ANY(:programmes) AND so.valid_from <= :day
                AND (so.valid_to IS NULL OR so.valid_to >= :day))
            OR EXISTS (SELECT FROM programmes AS pr WHERE pr.issuer_unit_id = un.id AND pr.id = ANY(:programmes)))
    GROUP BY u.id, u.name, un.position ORDER BY un.position, u.id
""")


def dead_addresses(session: Session, programme_ids: Collection[int], day: date) -> list[Unreachable]:
    """In units that have a part in one of the programmes."""
    rows = session.execute(_DEAD, {"programmes": list(programme_ids), "day": day})
    return list({row[0]: Unreachable(*row) for row in rows}.values())
