"""Queries on files that prove what was done."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.models.assignment import Round, Update
from tracker.models.evidence import Evidence


def load(session: Session, evidence_id: int) -> Evidence | None:
    """As the database has it now, not as the session remembers it."""
    return session.scalar(
        select(Evidence)
        .where(Evidence.id == evidence_id)
        .options(joinedload(Evidence.added_by))
        .execution_options(populate_existing=True)
    )


def evidence_of(session: Session, assignment_id: int) -> list[Evidence]:
    """What was not removed, newest first."""
    return list(
        session.scalars(
            select(Evidence)
            .where(Evidence.assignment_id == assignment_id, Evidence.removed_at.is_(None))
            .options(joinedload(Evidence.added_by))
            .order_by(Evidence.added_at.desc(), Evidence.id.desc())
        )
    )


def has_evidence(session: Session, assignment_id: int) -> bool:
    """Whether a file stands behind the next submission: after a return only what was added since counts.

    Neither a removed file counts nor one whose update was taken back.
    """
    returned_at = (
        select(func.max(Round.decided_at))
        .where(Round.assignment_id == assignment_id, Round.decision == "returned")
        .scalar_subquery()
    )
    query = (
        select(Evidence.id)
        .outerjoin(Update, Update.id == Evidence.update_id)
        .where(
            Evidence.assignment_id == assignment_id,
            Evidence.removed_at.is_(None),
            Update.undone_at.is_(None),
            or_(returned_at.is_(None), Evidence.added_at > returned_at),
        )
        .limit(1)
    )
    return session.scalar(query) is not None


def still_named(session: Session, hashes: Sequence[str], removed_after: datetime) -> set[str]:
    """Of these SHA-256, those that a file still stands on, or that a file removed only lately stood on."""
    return set(
        session.scalars(
            select(Evidence.sha256)
            .where(
                Evidence.sha256.in_(hashes),
                or_(Evidence.removed_at.is_(None), Evidence.removed_at >= removed_after),
            )
            .distinct()
        )
    )


def hold(session: Session, sha256: str) -> None:
    """Until this transaction ends nobody tidies this content away; waits while it is being tidied."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_SPACE, _number(sha256))))


def try_seize(session: Session, sha256: str) -> bool:
    """For the tidier: False while a transaction holds the content, which may be about to name it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_SPACE, _number(sha256)))))


# Apart from the other advisory locks of the product.
_SPACE = 6210714


def _number(sha256: str) -> int:
    """PostgreSQL's locks have numbers of 32 bits with a sign; two contents that share one only wait for each other."""
    return int.from_bytes(bytes.fromhex(sha256[:8]), signed=True)
