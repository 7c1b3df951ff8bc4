"""Who is looking at a page: everything that every page needs to know, in one statement. Read anew for each request,
so no right outlives its post, its delegation or its session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.rules.permissions import Actor, Post

# Posts are one's own and those of whom one acts for, as `store.people.posts_of` says.
_QUERY = text("""
    SELECT s.id, s.created_at, s.seen_at, u.id AS user_id, u.login, u.name, u.locale, u.must_change_password,
        u.is_admin, u.is_auditor,
        EXISTS (SELECT FROM users WHERE is_sample) AS sample,
        (SELECT count(*) FROM (SELECT FROM outbox AS o WHERE o.recipient_id = u.id AND o.channel = 'mail'
            AND o.read_at IS NULL LIMIT 100) AS news) AS unread,
        (SELECT json_agg(json_build_array(p.unit_id, p.role, nullif(p.user_id, u.id), un.name)
                ORDER BY un.position, p.id)
            FROM posts AS p
            JOIN units AS un ON un.id = p.unit_id
            WHERE p.id IN (
                    SELECT id FROM posts WHERE user_id = u.id
                    UNION
                    SELECT held.id FROM delegations AS d
                    JOIN posts AS held ON held.user_id = d.absent_id AND held.unit_id = d.unit_id
                    WHERE d.acting_id = u.id AND d.ended_at IS NULL AND d.valid_from <= :day AND d.valid_to >= :day
                )
                AND p.valid_from <= :day AND (p.valid_to IS NULL OR p.valid_to >= :day)
                AND un.valid_from <= :day AND (un.valid_to IS NULL OR un.valid_to >= :day)
        ) AS posts,
        (SELECT json_agg(json_build_array(pr.id, pr.issuer_unit_id, (
                SELECT json_agg(so.unit_id) FROM standing_offices AS so
                WHERE so.programme_id = pr.id AND so.valid_from <= :day AND (so.valid_to IS NULL OR so.valid_to >= :day)
            )) ORDER BY pr.period_start DESC, pr.id) FROM programmes AS pr) AS programmes,
        (SELECT json_object_agg(day, is_working) FROM day_overrides) AS days
    FROM login_sessions AS s
    JOIN users AS u ON u.id = s.user_id
    WHERE s.token_hash = :token AND s.revoked_at IS NULL AND u.active
""")


@dataclass(frozen=True)
class Visitor:
    """`offices`: programme → its standing units today; `issuers`: programme → its issuing unit; both newest first."""

    session_id: int
    created_at: datetime
    seen_at: datetime
    login: str
    locale: str
    must_change_password: bool
    sample: bool
    # Notifications not read yet; a hundred stands for that many or more.
    unread: int
    actor: Actor
    units: tuple[tuple[int, str], ...]
    offices: Mapping[int, frozenset[int]]
    issuers: Mapping[int, int]
    day_overrides: Mapping[date, bool]

    @property
    def unit_names(self) -> tuple[str, ...]:
        return tuple(name for _id, name in self.units)


def visitor(session: Session, token_hash: str, day: date) -> Visitor | None:
    """None when the session is unknown or signed out, or the person no longer active."""
    row: Any = session.execute(_QUERY, {"token": token_hash, "day": day}).one_or_none()
    if row is None:
        return None
    posts, programmes = row.posts or [], row.programmes or []
    return Visitor(
        session_id=row.id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        login=row.login,
        locale=row.locale,
        must_change_password=row.must_change_password,
        sample=row.sample,
        unread=row.unread,
        actor=Actor(
            user_id=row.user_id,
            name=row.name,
            posts=tuple(Post(unit, role, for_user) for unit, role, for_user, _name in posts),
            is_admin=row.is_admin,
            is_auditor=row.is_auditor,
        ),
        units=tuple({unit: (unit, name) for unit, _role, _for, name in posts}.values()),
        offices={id_: frozenset(units or ()) for id_, _issuer, units in programmes},
        issuers={id_: issuer for id_, issuer, _units in programmes},
        day_overrides={date.fromisoformat(day): working for day, working in (row.days or {}).items()},
    )
