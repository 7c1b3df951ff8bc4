"""The working calendar: the holidays library overridden by the administrator's table."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models.calendar import DayOverride
from tracker.rules.calendar import WorkingCalendar, calendar_of


def load_calendar(session: Session) -> WorkingCalendar:
    rows = session.execute(select(DayOverride.day, DayOverride.is_working))
    return calendar_of(frozenset((row.day, row.is_working) for row in rows))
