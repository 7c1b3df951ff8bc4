"""The administrator's table of days, and the deadlines that hang on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session, aliased

from tracker.models.assignment import Assignment
from tracker.models.calendar import DayOverride
from tracker.models.extension import ExtensionRequest
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.workflow import OPEN, State
from tracker.rules.working_days import Entry
from tracker.store.extension import WAITING


def overrides(session: Session) -> dict[date, Entry]:
    rows = session.execute(select(DayOverride.day, DayOverride.is_working, DayOverride.note).order_by(DayOverride.day))
    return {day: Entry(day, is_working, note) for day, is_working, note in rows}


def lock(session: Session) -> None:
    """One change of the table at a time; reading it goes on."""
    session.execute(text("LOCK TABLE day_overrides IN SHARE ROW EXCLUSIVE MODE"))


def set_entry(session: Session, day: date, entry: Entry | None) -> None:
    row = session.get(DayOverride, day)
    if entry is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(DayOverride(day=day, is_working=entry.is_working, note=entry.note))
    else:
        row.is_working, row.note = entry.is_working, entry.note


@dataclass(frozen=True)
class Dated:
    """An open assignment with its deadline."""

    id: int
    version: int
    state: State
    text: str
    unit: str
    programme_id: int
    nominal_due_on: date
    due_on: date
    # Of the assignment that it is a part of, open or not.
    whole_id: int | None
    whole_due_on: date | None


def dated(session: Session) -> list[Dated]:
    """Wholes before their parts."""
    whole = aliased(Assignment)
    rows: Any = session.execute(
        select(
            Assignment.id, Assignment.version, Assignment.state, Assignment.text, Unit.name, Assignment.programme_id,
            Assignment.nominal_due_on, Assignment.due_on, Assignment.parent_id, whole.due_on,
        )
        .join(Unit, Unit.id == Assignment.lead_unit_id)
        .outerjoin(whole, whole.id == Assignment.parent_id)
        .where(Assignment.state.in_(OPEN), Assignment.due_on.is_not(None))
        .order_by(Assignment.parent_id.is_not(None), Assignment.due_on, Assignment.id)
    )  # fmt: skip
    return [Dated(*row) for row in rows]


def programmes(session: Session) -> dict[int, Programme]:
    return {one.id: one for one in session.scalars(select(Programme).order_by(Programme.id))}


def waiting_requests(session: Session) -> list[Any]:
    """Extension requests on which a new deadline may still follow: (request, assignment's text, unit, programme)."""
    return list(
        session.execute(
            select(ExtensionRequest, Assignment.text, Unit.name, Assignment.programme_id)
            .join(Assignment, Assignment.id == ExtensionRequest.assignment_id)
            .join(Unit, Unit.id == Assignment.lead_unit_id)
            .where(ExtensionRequest.state.in_(WAITING))
            .order_by(ExtensionRequest.id)
        )
    )


def locked(session: Session, ids: Collection[int]) -> list[Assignment]:
    """Always in the same order, so that nobody waits for each other."""
    return list(
        session.scalars(
            select(Assignment)
            .where(Assignment.id.in_(ids))
            .order_by(Assignment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
