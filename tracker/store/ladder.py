"""The ladders of a programme, their versions, and the due dates that a simulation runs over."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import distinct, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.models.assignment import Assignment
from tracker.models.escalation import Escalation, LadderStep, LadderVersion
from tracker.models.unit import Unit
from tracker.rules.ladder import Ladder, LadderKind, LadderRole, Step, kind_of
from tracker.rules.workflow import State


@dataclass(frozen=True)
class Current:
    """The ladder in force for a kind: `kind` is EVERY where the kind has none of its own."""

    version_id: int | None
    kind: LadderKind
    steps: tuple[Step, ...]


def ladders(session: Session, programme_id: int) -> dict[LadderKind, Current]:
    """For each kind the ladder its assignments climb today."""
    newest = session.scalars(
        select(LadderVersion)
        .ext(distinct_on(LadderVersion.kind))
        .where(LadderVersion.programme_id == programme_id)
        .order_by(LadderVersion.kind, LadderVersion.number.desc())
        .options(selectinload(LadderVersion.steps))
    )
    own = {row.kind: Current(row.id, row.kind, steps_of(row)) for row in newest}
    every = own.get(LadderKind.EVERY, Current(None, LadderKind.EVERY, ()))
    return {kind: one if (one := own.get(kind)) and one.steps else every for kind in LadderKind}


def kind_of_row(row: Any) -> LadderKind:
    return kind_of(starred=row.starred, is_request=row.is_request)


def steps_of(version: LadderVersion) -> tuple[Step, ...]:
    return tuple(
        Step(one.step_offset, tuple(map(LadderRole, one.roles)), one.channel, one.every, one.times, one.wording)
        for one in version.steps
    )


def step_rows(ladder: Ladder) -> list[LadderStep]:
    return [
        LadderStep(
            step_offset=one.offset,
            roles=[str(role) for role in one.roles],
            channel=one.channel,
            every=one.every,
            times=one.times,
            wording=one.wording,
        )
        for one in ladder
    ]


def versions(session: Session, programme_id: int, kind: LadderKind) -> list[LadderVersion]:
    """The newest first."""
    return list(
        session.scalars(
            select(LadderVersion)
            .where(LadderVersion.programme_id == programme_id, LadderVersion.kind == kind)
            .options(selectinload(LadderVersion.steps), joinedload(LadderVersion.made_by))
            .order_by(LadderVersion.number.desc())
        )
    )


def rows_to_simulate(session: Session, programme_id: int, states: Collection[State], since: date) -> list[Any]:
    """Plain rows with a deadline in these states; what was closed before `since` is left out."""
    return list(
        session.execute(
            select(
                Assignment.id,
                Assignment.text,
                Assignment.state,
                Assignment.due_on,
                Assignment.original_due_on,
                Assignment.submitted_on,
                Assignment.changed_on,
                Assignment.starred,
                Assignment.is_request,
                Assignment.lead_unit_id,
                Unit.short_name.label("unit_name"),
            )
            .join(Unit, Unit.id == Assignment.lead_unit_id)
            .where(
                Assignment.programme_id == programme_id,
                Assignment.state.in_(states),
                Assignment.due_on.is_not(None),
                ~Assignment.closed | (Assignment.changed_on >= since),
            )
            .order_by(Assignment.id)
        )
    )


def versions_fired(session: Session, assignment_id: int) -> list[Escalation]:
    """What was sent for an assignment, the newest first, each with the version of the ladder whose step it was."""
    return list(
        session.scalars(
            select(Escalation)
            .where(Escalation.assignment_id == assignment_id)
            .options(
                joinedload(Escalation.recipient), joinedload(Escalation.mail), joinedload(Escalation.ladder_version)
            )
            .order_by(Escalation.fired_at.desc(), Escalation.id)
        )
    )


def sent_since(session: Session, programme_id: int, since: datetime) -> list[tuple[LadderKind, LadderRole, int]]:
    """How many steps really fired, by kind of assignment and role; one told to several people counts once."""
    step = tuple_(Escalation.assignment_id, Escalation.due_on, Escalation.step_offset)
    rows = session.execute(
        select(Assignment.starred, Assignment.is_request, Escalation.role, func.count(distinct(step)).label("n"))
        .join(Assignment, Assignment.id == Escalation.assignment_id)
        .where(Assignment.programme_id == programme_id, Escalation.fired_at >= since)
        .group_by(Assignment.starred, Assignment.is_request, Escalation.role)
    )
    return [(kind_of_row(row), LadderRole(row.role), row.n) for row in rows]
