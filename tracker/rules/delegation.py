"""From when until when somebody may act for a head who is away."""

from datetime import date, timedelta

from tracker.rules.errors import Invalid
from tracker.rules.words import N_

# Longer than a year is no absence any more, but another post.
LONGEST = timedelta(days=366)


def check_days(valid_from: date | None, valid_to: date | None, today: date) -> tuple[date, date]:
    """Both days, included. Rights are not handed out backwards: what was done until now was done in one's own name.

    Raises Invalid at the field that is wrong.
    """
    if valid_from is None:
        raise Invalid(N_("Hãy chọn ngày bắt đầu."), field="valid_from")
    if valid_to is None:
        raise Invalid(N_("Hãy chọn ngày kết thúc."), field="valid_to")
    if valid_from < today:
        raise Invalid(N_("Ngày bắt đầu không được trước hôm nay."), field="valid_from")
    if valid_from > today + LONGEST:
        raise Invalid(N_("Ngày bắt đầu không được quá một năm kể từ hôm nay."), field="valid_from")
    if valid_to < valid_from:
        raise Invalid(N_("Ngày kết thúc không được trước ngày bắt đầu."), field="valid_to")
    if valid_to - valid_from >= LONGEST:
        raise Invalid(N_("Một lần ủy quyền dài nhất là một năm."), field="valid_to")
    return valid_from, valid_to
