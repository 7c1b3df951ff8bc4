"""Later deadlines: asked in time, decided, never without a decision; the original date stays."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, mails
from tracker.models.assignment import Assignment
from tracker.models.extension import ExtensionRequest
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.services import assignment as verbs
from tracker.services import extension as extensions
from tracker.services.part import split

DUE = date(2026, 11, 19)
IN_TIME = datetime(2026, 11, 16, 17, 0, tzinfo=LOCAL)  # three working days before
TOO_LATE = IN_TIME + timedelta(days=1)


def ask(act: Act, one: Assignment, new: date = date(2026, 11, 27), at: datetime = IN_TIME) -> ExtensionRequest:
    return extensions.ask(act(HEAD, at=at), one.id, asked_due_on=new, reason="Chờ kinh phí")


def test_granted(session: Session, act: Act, one: Assignment) -> None:
    assert one.due_on == DUE
    request = ask(act, one, date(2026, 11, 28))  # a Saturday
    assert one.due_on == DUE
    assert mails(session, "extension_asked") == {"truong.p-ldtbxh@example.vn", "canbo.p-ldtbxh@example.vn"}
    with pytest.raises(NotAllowed):
        extensions.decide(act(HEAD, at=IN_TIME), request.id, decision="granted")
    extensions.decide(act(OFFICE, at=IN_TIME), request.id, decision="granted")
    assert (one.due_on, one.original_due_on) == (date(2026, 11, 30), DUE)
    assert (request.state, request.due_before, request.decided_due_on) == ("granted", DUE, one.due_on)
    assert mails(session, "extension_granted") == {"truong.p-yte@example.vn"}
    with pytest.raises(IllegalMove):
        extensions.decide(act(OFFICE, at=IN_TIME), request.id, decision="refused", reason="Nghĩ lại")


def test_refused_keeps_the_date_and_needs_a_reason(act: Act, one: Assignment) -> None:
    request = ask(act, one)
    with pytest.raises(Invalid, match="lý do"):
        extensions.decide(act(OFFICE, at=IN_TIME), request.id, decision="refused")
    with pytest.raises(Invalid, match="Hãy chọn"):
        extensions.decide(act(OFFICE, at=IN_TIME), request.id, decision="")
    extensions.decide(act(OFFICE, at=IN_TIME), request.id, decision="refused", reason="Không đủ căn cứ")
    assert (one.due_on, request.state) == (DUE, "refused")


@pytest.mark.parametrize(
    ("accepted", "due", "state"), [(True, date(2026, 11, 23), "granted"), (False, DUE, "withdrawn")]
)
def test_another_date_is_proposed_and_the_unit_answers(
    session: Session,
    act: Act,
    one: Assignment,
    accepted: bool,
    due: date,
    state: str,
) -> None:
    request = ask(act, one)
    extensions.decide(
        act(OFFICE, at=IN_TIME), request.id, decision="proposed", due_on=date(2026, 11, 23), reason="Chỉ đến thứ Hai"
    )
    assert one.due_on == DUE
    assert mails(session, "extension_proposed") == {"truong.p-yte@example.vn"}
    office = request.decided_by_id
    extensions.answer(act(HEAD, at=TOO_LATE), request.id, accepted=accepted)
    assert (one.due_on, request.state, request.decided_by_id) == (due, state, office)
    kind = "extension_accepted" if accepted else "extension_rejected"
    assert mails(session, kind) == {"truong.p-ldtbxh@example.vn", "canbo.p-ldtbxh@example.vn"}


def test_a_proposed_date_that_has_passed_is_not_taken(act: Act, one: Assignment) -> None:
    request = ask(act, one)
    extensions.decide(
        act(OFFICE, at=IN_TIME), request.id, decision="proposed", due_on=date(2026, 11, 23), reason="Chỉ đến thứ Hai"
    )
    with pytest.raises(Invalid):
        extensions.answer(act(HEAD, at=IN_TIME + timedelta(days=10)), request.id, accepted=True)
    assert one.due_on == DUE


def test_too_late_only_the_office_can(act: Act, one: Assignment) -> None:
    with pytest.raises(Invalid, match="16/11/2026"):
        ask(act, one, at=TOO_LATE)
    after = datetime(2026, 11, 25, 9, 0, tzinfo=LOCAL)
    with pytest.raises(NotAllowed):
        extensions.extend(act(HEAD, at=after), one.id, due_on=date(2026, 11, 30), reason="x")
    extensions.extend(act(OFFICE, at=after), one.id, due_on=date(2026, 11, 30), reason="Mưa lũ")
    assert (one.due_on, one.original_due_on) == (date(2026, 11, 30), DUE)


def test_how_late_one_may_ask_is_a_setting_of_the_programme(act: Act, one: Assignment) -> None:
    one.programme.extension_days = 0
    ask(act, one, at=datetime(2026, 11, 19, 17, 0, tzinfo=LOCAL))


def test_one_at_a_time_and_the_third_is_counted(session: Session, act: Act, one: Assignment) -> None:
    request = ask(act, one)
    with pytest.raises(Invalid, match="đang chờ"):
        ask(act, one)
    extensions.withdraw(act(HEAD, at=IN_TIME), request.id)
    for n in (2, 3):
        request = ask(act, one, one.due_on + timedelta(days=7))  # type: ignore[operator]
        extensions.decide(act(OFFICE, at=IN_TIME), request.id, decision="granted")
        assert request.number == n
    assert one.original_due_on == DUE


@pytest.mark.parametrize("new", [None, DUE, date(2026, 11, 1)])
def test_dates_that_cannot_be(act: Act, one: Assignment, new: date | None) -> None:
    with pytest.raises(Invalid) as refused:
        extensions.ask(act(HEAD), one.id, asked_due_on=new, reason="x")
    assert refused.value.field == "asked_due_on"


def test_a_part_is_never_due_after_its_whole(session: Session, act: Act, one: Assignment) -> None:
    unit = session.scalars(select(Unit).where(Unit.code == "p-tuphap")).one()
    taken = session.scalars(
        select(Assignment).where(Assignment.lead_unit_id == unit.id, Assignment.duty_id == one.duty_id)
    )
    assert taken.first() is None
    give = {"unit_id": unit.id, "text": "Rà soát văn bản"}
    with pytest.raises(Invalid, match="nhiệm vụ chung"):
        split(act(OFFICE), one.id, **give, due_on=date(2026, 11, 20))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="trực thuộc"):
        split(act(HEAD), one.id, **give, due_on=date(2026, 10, 1))  # type: ignore[arg-type]
    part = split(act(OFFICE), one.id, **give, due_on=date(2026, 10, 1))  # type: ignore[arg-type]
    head = act("truong.p-tuphap")
    with pytest.raises(Invalid, match="19/11/2026"):
        extensions.ask(head, part.id, asked_due_on=date(2026, 12, 1), reason="x")
    with pytest.raises(Invalid, match="19/11/2026"):
        extensions.extend(act(OFFICE), part.id, due_on=date(2026, 12, 1), reason="x")
    with pytest.raises(IllegalMove, match="không chia nhỏ"):
        split(act(OFFICE), part.id, **give, due_on=date(2026, 9, 1))  # type: ignore[arg-type]


def test_a_request_ends_with_the_submission(act: Act, one: Assignment) -> None:
    request = ask(act, one)
    verbs.accept(act(HEAD, at=IN_TIME), one.id)
    verbs.submit(act(HEAD, at=IN_TIME), one.id, result="Xong", done_on=IN_TIME.date())
    assert request.state == "withdrawn"
    with pytest.raises(IllegalMove):
        extensions.extend(act(OFFICE, at=IN_TIME), one.id, due_on=date(2026, 12, 1), reason="x")


def test_strangers_find_nothing(act: Act, one: Assignment) -> None:
    request = ask(act, one)
    for verb in (
        lambda: extensions.decide(act("truong.p-tuphap"), request.id, decision="granted"),
        lambda: extensions.withdraw(act("truong.p-tuphap"), request.id),
        lambda: extensions.ask(act("truong.p-tuphap"), one.id, asked_due_on=DUE, reason="x"),
        lambda: extensions.withdraw(act(HEAD), 10**6),
    ):
        with pytest.raises(NotFound):
            verb()
    with pytest.raises(NotAllowed):
        extensions.withdraw(act(OFFICER), request.id)
