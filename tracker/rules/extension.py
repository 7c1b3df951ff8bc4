"""When a unit may ask for a later deadline, and what a new one must be (design 3.2)."""

from datetime import date

from tracker.rules.calendar import WorkingCalendar
from tracker.rules.days import check_day
from tracker.rules.errors import Invalid
from tracker.rules.words import N_

# From the third request on the office is shown how often this unit has asked already.
MANY = 3


def last_day_to_ask(due_on: date, days: int, calendar: WorkingCalendar) -> date:
    """The last day on which the unit may still ask: `days` working days before its deadline."""
    return calendar.add(due_on, -days) if days else due_on


def check_may_ask(due_on: date | None, today: date, days: int, calendar: WorkingCalendar) -> date:
    """The deadline to be extended. Raises Invalid when there is none, or when it is too late to ask."""
    if due_on is None:
        raise Invalid(N_("Nhiệm vụ này không có thời hạn nên không cần gia hạn."), field="asked_due_on")
    last = last_day_to_ask(due_on, days, calendar)
    if today > last:
        raise Invalid(
            N_(
                "Chỉ xin gia hạn được đến hết ngày %(last)s (%(days)s ngày làm việc trước hạn). Sau ngày đó, "
                "cơ quan thường trực mới có thể gia hạn; hãy liên hệ trực tiếp."
            ),
            field="asked_due_on",
            last=f"{last:%d/%m/%Y}",
            days=days,
        )
    return due_on


def check_within(new: date | None, today: date, whole_due_on: date | None, *, field: str) -> date | None:
    """The deadline of a part. A whole with a deadline has only parts with one, none later than its own."""
    if new is None:
        if whole_due_on is not None:
            raise Invalid(N_("Hãy chọn ngày mới."), field=field)
        return None
    check_day(new, today, field=field)
    if new < today:
        raise Invalid(N_("Ngày mới không thể ở trước hôm nay."), field=field)
    if whole_due_on is not None and new > whole_due_on:
        raise Invalid(
            N_("Ngày mới không được sau hạn của nhiệm vụ chung, %(due)s."), field=field, due=f"{whole_due_on:%d/%m/%Y}"
        )
    return new


def check_new_date(new: date | None, due_on: date, today: date, whole_due_on: date | None, *, field: str) -> date:
    """The new deadline. Raises Invalid unless it is later than the old one, not past, and within that of the whole."""
    if new is None:
        raise Invalid(N_("Hãy chọn ngày mới."), field=field)
    if new <= due_on:
        raise Invalid(N_("Ngày mới phải sau hạn hiện nay, %(due)s."), field=field, due=f"{due_on:%d/%m/%Y}")
    check_within(new, today, whole_due_on, field=field)
    return new
