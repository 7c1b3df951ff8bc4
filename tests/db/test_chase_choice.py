"""Whom chasing a cycle chooses: who is late; one's own unit and who still has time are not chosen, and why is said."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import LATER, OFFICE, opened, report_of
from tracker.models.assignment import Assignment
from tracker.rules.errors import Invalid
from tracker.services import cycle_chase as chasing
from tracker.services.chase import chase


@pytest.mark.parametrize(
    ("days", "said"),
    [(-1, None), (0, "đến hạn hôm nay, chưa muộn"), (1, "chưa đến hạn")],
    ids=["late", "today", "time"],
)
def test_who_has_time_is_not_chosen(session: Session, act: Act, days: int, said: str | None) -> None:
    cycle = opened(act)
    ctx = act(OFFICE, at=LATER)
    one, own = report_of(session, cycle, "xa-cao-xa"), report_of(session, cycle, "p-ldtbxh")
    for report in (one, own):
        session.get_one(Assignment, report.assignment_id).due_on = LATER.date() + timedelta(days=days)
    session.flush()
    spared = chasing.spared(ctx, chasing.behind(ctx, cycle.id))
    assert spared.get(one.id) == said
    assert spared[own.id] == "đơn vị của anh/chị, không tự đôn đốc"


def test_chasing_oneself_says_why_not(session: Session, act: Act) -> None:
    cycle = opened(act)
    own = report_of(session, cycle, "p-ldtbxh")
    assert own.assignment_id is not None
    with pytest.raises(Invalid, match="là chính anh/chị"):
        chase(act(OFFICE, at=LATER), own.assignment_id, text="Khẩn trương")
