"""The digest on real rows: who is asked and who urges, who is named first, what the unit said, in whose place it is."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_fallback import user
from tests.db.test_leader_mail import mails_to
from tests.db.test_sweep import morning
from tracker.models.assignment import Assignment
from tracker.models.escalation import Escalation
from tracker.models.unit import Unit
from tracker.models.user import Post, PostRole
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import extension, promise
from tracker.services.escalation import sweep
from tracker.store.pending import Pending, pending
from tracker.store.tried import tried

THIRD, FIFTH = "2026-11-24", "2026-11-26"
OFFICE, OFFICER = "truong.p-ldtbxh", "canbo.p-ldtbxh"


def only_of(session: Session, act: Act, code: str) -> Assignment:
    """One duty of this unit, due on Thu 19/11/2026, in its officer's hands; nothing else is open."""
    unit = session.scalars(select(Unit).where(Unit.code == code)).one()
    found = session.scalars(select(Assignment).where(Assignment.lead_unit_id == unit.id).order_by(Assignment.id)).all()
    chosen = next(one for one in found if one.due_on == date(2026, 11, 19))
    session.execute(update(Assignment).where(Assignment.id != chosen.id).values(state=State.CANCELLED))
    verbs.accept(act(f"truong.{code}"), chosen.id, owner_id=user(session, f"canbo.{code}").id)
    session.flush()
    return chosen


@pytest.fixture
def of_office(session: Session, act: Act) -> Assignment:
    return only_of(session, act, "p-ldtbxh")


@pytest.fixture
def of_health(session: Session, act: Act) -> Assignment:
    return only_of(session, act, "p-yte")


def letter(session: Session, login: str) -> str:
    return mails_to(session, login)[-1].text_body


@pytest.mark.parametrize("day", [THIRD, FIFTH])
def test_nobody_is_told_to_urge_themselves(session: Session, act: Act, of_office: Assignment, day: str) -> None:
    """Whatever role the step is for: on the fifth day the office is told of it as the office alone."""
    sweep(act(at=morning(day)))
    for login in (OFFICE, OFFICER):
        text = letter(session, login)
        assert "Kính đề nghị anh/chị cập nhật tiến độ hoặc báo cáo hoàn thành việc sau:" in text
        assert text.count("/act/") == 1
        assert "Xem và đôn đốc" not in text
        assert "anh/chị đôn đốc" not in text
    # What is recorded is the step, as before.
    steps = session.scalars(select(Escalation).where(Escalation.recipient_id == user(session, OFFICER).id))
    assert {one.told_as for one in steps} == {"owner", "standing_office"}


def test_a_colleague_of_the_office_urges_them(session: Session, act: Act, of_office: Assignment) -> None:
    of_office.owner_id = user(session, OFFICE).id
    session.flush()
    sweep(act(at=morning(FIFTH)))
    assert "Kính đề nghị anh/chị đôn đốc đơn vị sau:" in letter(session, OFFICER)
    assert "/act/" not in letter(session, OFFICER)
    assert "/act/" in letter(session, OFFICE)


def test_the_leader_reads_of_the_office_once(session: Session, act: Act, of_office: Assignment) -> None:
    sweep(act(at=morning(THIRD)))
    session.flush()
    ((told,),) = (one.told for one in tried(session, [of_office.id]).values())
    assert {deed.whom for deed in told.deeds} == {("owner", "head")}
    sweep(act(at=morning(FIFTH)))
    assert "báo cơ quan thường trực" not in letter(session, "pho.ubnd-huyen")


def test_who_else_is_told_stands_in_order_of_rank(session: Session, act: Act, of_health: Assignment) -> None:
    sweep(act(at=morning("2026-12-03")))
    first, *others = letter(session, "truong.p-yte").partition("Đồng gửi: ")[2].splitlines()[0].split(", ")
    assert first == user(session, "truong.ubnd-huyen").name
    assert others == [
        user(session, login).name for login in ("pho.ubnd-huyen", OFFICER, OFFICE, "canbo.p-yte")
    ]  # fmt: skip


def test_what_the_unit_said_is_said(session: Session, act: Act, of_health: Assignment) -> None:
    promise.promise(act("truong.p-yte", at=morning("2026-11-09")), of_health.id, promised_on=date(2026, 11, 30))
    reason = "Chờ kinh phí được phê duyệt."
    asked = {"asked_due_on": date(2026, 12, 4), "reason": reason}
    extension.ask(act("truong.p-yte", at=morning("2026-11-09")), of_health.id, **asked)
    session.flush()
    sweep(act(at=morning(THIRD)))
    for login in ("truong.p-yte", OFFICE):
        said = "· đơn vị hẹn hoàn thành ngày 30/11/2026 · đang chờ quyết định gia hạn đến 04/12/2026\n"
        assert said in letter(session, login)


def test_a_promise_that_is_over_or_kept_is_not_said(session: Session, act: Act, of_health: Assignment) -> None:
    promise.promise(act("truong.p-yte", at=morning("2026-11-09")), of_health.id, promised_on=date(2026, 11, 23))
    session.flush()
    sweep(act(at=morning(THIRD)))
    assert "hẹn hoàn thành" not in letter(session, OFFICE)
    assert "đơn vị hẹn xong 23/11/2026, chưa xong" in letter(session, OFFICE)


def test_a_promise_whose_day_is_over_no_longer_stands(session: Session, act: Act, of_health: Assignment) -> None:
    """Before the sweep has broken it, too: that may wait for tomorrow's digest."""
    day = date(2026, 11, 23)
    promise.promise(act("truong.p-yte", at=morning("2026-11-09")), of_health.id, promised_on=day)
    session.flush()
    assert pending(session, [of_health.id], day) == {of_health.id: Pending(promised_on=day)}
    assert pending(session, [of_health.id], date(2026, 11, 24)) == {}


@pytest.mark.parametrize("reached", [True, False])
def test_without_a_head_the_office_is_told_so(session: Session, act: Act, of_health: Assignment, reached: bool) -> None:
    leads = (Post.unit_id == of_health.lead_unit_id, Post.role == PostRole.HEAD)
    session.execute(update(Post).where(*leads).values(valid_to=date(2026, 11, 1)))
    if not reached:
        user(session, "canbo.p-yte").email = None
    session.flush()
    sweep(act(at=morning("2026-11-20")))
    text = letter(session, OFFICE)
    assert ("Đơn vị chưa có lãnh đạo nhận được thư nên hệ thống gửi cơ quan thường trực." in text) == reached
    assert ("Đơn vị chưa có ai nhận được thư, nên thư này gửi cấp kế tiếp." in text) != reached


def test_the_link_leads_to_what_is_overdue(session: Session, act: Act) -> None:
    sweep(act(at=morning(THIRD)))
    text = letter(session, OFFICER)
    assert "Xem và đôn đốc: http://test/assignments?programme=" in text
    assert "class=overdue" in text
