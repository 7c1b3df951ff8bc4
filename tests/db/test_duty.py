"""How often a duty comes back: read from what an office writes, audited, and kept when the text comes anew."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tests.helpers.world import DATA
from tracker.importing.programme import parse
from tracker.importing.reader import read_document
from tracker.models.audit import AuditEvent
from tracker.models.duty import Duty
from tracker.rules.errors import Conflict, Invalid, NotAllowed, NotFound
from tracker.services.context import Context
from tracker.services.duty import set_duty, state_of
from tracker.services.programme import import_programme


@pytest.fixture
def duty(session: Session) -> Duty:
    return session.scalars(select(Duty).where(Duty.key == "IV.3.1")).one()


def put(ctx: Context, duty: Duty, recurrence: str, wording: str = "") -> Duty:
    return set_duty(ctx, duty.programme_id, duty.id, recurrence=recurrence, wording=wording, seen=state_of(duty))


@pytest.mark.parametrize(
    ("recurrence", "wording", "last_day", "on"),
    [
        ("yearly", "", None, None),
        ("yearly", "trước ngày 20/11 hằng năm", "11-19", None),
        ("half_yearly", "", None, None),
        ("half_yearly", "6 tháng một lần", "06-31", None),
        ("quarterly", "hằng quý, chậm nhất ngày 5 tháng sau", "04-05", None),
        ("monthly", "trước ngày 25 hằng tháng", "01-24", None),
        ("monthly", "Hằng tháng", "01-31", None),
        ("once", "", None, None),
        ("once", "trước ngày 15/12/2027", None, date(2027, 12, 14)),
    ],
)
def test_what_is_written_is_read(
    session: Session, act: Act, duty: Duty, recurrence: str, wording: str, last_day: str | None, on: date | None
) -> None:
    put(act(OFFICE), duty, recurrence, wording)
    assert (duty.recurrence, duty.last_day, duty.deadline_on) == (recurrence, last_day, on)
    assert (duty.deadline_wording or "", duty.set_by_office) == (wording, True)


@pytest.mark.parametrize(
    ("recurrence", "wording", "field"),
    [
        ("quarterly", "trước ngày 25 hằng tháng", "wording"),
        ("yearly", "trước ngày 20/11/2027", "wording"),
        ("yearly", "thường xuyên", "wording"),
        ("once", "ngày 31/2/2027", "wording"),
        ("monthly", "khi nào tiện", "wording"),
        ("weekly", "", "recurrence"),
        ("", "trước ngày 25 hằng tháng", "recurrence"),
    ],
)
def test_what_is_unclear_is_refused(
    session: Session, act: Act, duty: Duty, recurrence: str, wording: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        put(act(OFFICE), duty, recurrence, wording)
    assert caught.value.field == field
    session.refresh(duty)
    assert (duty.recurrence, duty.set_by_office) == (None, False)


def test_audited_and_put_back(session: Session, act: Act, duty: Duty) -> None:
    put(act(OFFICE), duty, "monthly", "trước ngày 25 hằng tháng")
    put(act(OFFICE), duty, "monthly", "trước ngày 25 hằng tháng")  # the same is no event
    put(act(OFFICE), duty, "")
    assert (duty.recurrence, duty.last_day, duty.deadline_wording, duty.set_by_office) == (None, None, None, False)
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "set_duty").order_by(AuditEvent.id)).all()
    assert [one.data["after"]["recurrence"] for one in events] == ["monthly", None]
    assert events[1].data["before"]["wording"] == "trước ngày 25 hằng tháng"
    report = session.scalars(select(Duty).where(Duty.key == "report")).one()
    was = (report.recurrence, report.last_day, report.deadline_wording)
    put(act(OFFICE), report, "half_yearly")
    put(act(OFFICE), report, "")
    assert (report.recurrence, report.last_day, report.deadline_wording) == was


def test_who_may_and_what_changed_meanwhile(session: Session, act: Act, duty: Duty) -> None:
    for who in (HEAD, "truong.ubnd-huyen", "kiemtoan"):
        with pytest.raises(NotAllowed):
            put(act(who), duty, "monthly")
    seen = state_of(duty)
    put(act(OFFICE), duty, "monthly")
    with pytest.raises(Conflict):
        set_duty(act(OFFICE), duty.programme_id, duty.id, recurrence="yearly", wording="", seen=seen)
    with pytest.raises(NotFound):
        set_duty(act(OFFICE), duty.programme_id + 1, duty.id, recurrence="yearly", wording="", seen=seen)


def test_a_new_version_of_the_text_leaves_it(session: Session, act: Act, duty: Duty) -> None:
    put(act(OFFICE), duty, "quarterly")
    source = read_document(DATA / "programme.md")
    clause = duty.clause.text
    changed = source.replace(clause, clause.rstrip(".;") + ", báo cáo trước ngày 10/12 hằng năm.", 1)
    assert changed != source
    imported = import_programme(act(), parse(changed), changed)
    assert (duty.recurrence, duty.set_by_office) == ("quarterly", True)
    assert [one for one in imported.warnings if one["ref"] == "IV.3.1" and "10/12" in one["message"]]
    put(act(OFFICE), duty, "")
    assert (duty.recurrence, duty.last_day) == ("yearly", "12-09")
