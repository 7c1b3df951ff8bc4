"""Links in mails by their token's hash."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session, joinedload

from tracker.models.mail_link import MailLink


def by_hash(session: Session, token_hash: str) -> MailLink | None:
    """With its person, as they are now."""
    return session.scalar(
        select(MailLink)
        .where(MailLink.token_hash == token_hash)
        .options(joinedload(MailLink.person))
        .execution_options(populate_existing=True)
    )


def lock(session: Session, link: MailLink) -> None:
    """Read again and held: of two uses at once the second finds it used."""
    session.refresh(link, with_for_update={"of": MailLink})


def other_use(session: Session, link: MailLink) -> MailLink | None:
    """What the person answered about the same work from another mail, since this link was made."""
    return session.scalar(
        select(MailLink)
        .where(
            MailLink.assignment_id == link.assignment_id,
            MailLink.person_id == link.person_id,
            MailLink.undoes_id.is_(None),
            MailLink.used_at >= link.made_at,
        )
        .order_by(MailLink.used_at.desc())
        .limit(1)
    )


def revoke_siblings(session: Session, link: MailLink, now: datetime) -> None:
    """One right, whichever of several mails it is used from."""
    session.execute(
        update(MailLink)
        .where(
            MailLink.assignment_id == link.assignment_id,
            MailLink.person_id == link.person_id,
            MailLink.id != link.id,
            MailLink.used_at.is_(None),
            MailLink.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .execution_options(synchronize_session=False)
    )


_REVOKE = "UPDATE mail_links SET revoked_at = :now WHERE used_at IS NULL AND revoked_at IS NULL AND"
_OF_ASSIGNMENT = text(f"{_REVOKE} assignment_id = :assignment")
_OF_PERSON = text(f"{_REVOKE} person_id = :person AND expires_at > :now")
_OF_UNIT = text(f"""{_REVOKE} person_id = :person AND expires_at > :now
    AND assignment_id IN (SELECT id FROM assignments WHERE lead_unit_id = :unit)""")


def revoke_of_assignment(session: Session, assignment_id: int, now: datetime) -> None:
    session.execute(_OF_ASSIGNMENT, {"assignment": assignment_id, "now": now})


def revoke_of_person(session: Session, person_id: int, now: datetime, unit_id: int | None = None) -> None:
    """All of the person's, or those about the work of one unit."""
    if unit_id is None:
        session.execute(_OF_PERSON, {"person": person_id, "now": now})
    else:
        session.execute(_OF_UNIT, {"person": person_id, "now": now, "unit": unit_id})


_INSERT = text("""
    INSERT INTO mail_links
        (made_at, token_hash, person_id, assignment_id, version, outbox_id, undoes_id, expires_at)
    SELECT CAST(:made_at AS timestamptz), * FROM json_to_recordset(CAST(:links AS json)) AS link (
        token_hash text, person_id integer, assignment_id integer, version integer, outbox_id integer,
        undoes_id integer, expires_at timestamptz
    )
""")


def insert_all(session: Session, rows: Sequence[dict[str, Any]], made_at: datetime) -> None:
    """In one statement, whatever their number."""
    session.execute(_INSERT, {"made_at": made_at, "links": dumps(rows, default=datetime.isoformat)})


def forget(session: Session, expired_before: datetime) -> None:
    session.execute(delete(MailLink).where(MailLink.expires_at < expired_before))
