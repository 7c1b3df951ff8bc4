"""What stands beside my work: the last word of each kind about an assignment, and what waits for an answer."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tracker.models.assignment import Assignment
from tracker.models.unit import Unit
from tracker.services import assignment as verbs
from tracker.services import coordination, explanation
from tracker.services import update as updates
from tracker.store.beside import beside


def test_what_waits_stands_by_its_own_deadline(session: Session, act: Act, one: Assignment) -> None:
    police = session.scalars(select(Unit).where(Unit.code == "congan")).one()
    coordination.ask(act(HEAD), one.id, police.id, question="Số liệu tai nạn", due_on=date(2026, 3, 2))
    asked = explanation.ask(act(OFFICE), one.id, question="Vì sao chậm?", due_on=date(2026, 2, 2))
    session.flush()
    both = beside(session, [], [one.lead_unit_id, police.id]).waiting
    assert [(row.kind, row.id, row.what, row.due_on) for row in both] == [
        ("explanation", asked.id, "Vì sao chậm?", date(2026, 2, 2)),
        ("contribution", one.id, "Số liệu tai nạn", date(2026, 3, 2)),
    ]
    assert [row.kind for row in beside(session, [], [police.id]).waiting] == ["contribution"]
    assert {row.of for row in both} == {one.text}


def test_why_it_came_back_until_it_is_sent_again(session: Session, act: Act, one: Assignment) -> None:
    updates.update_or_submit(act(HEAD), one.id, signal="done", text="Xong")
    verbs.return_(act(OFFICE), one.id, reason="Thiếu số liệu")
    session.flush()
    assert beside(session, [one.id], []).reasons == {one.id: "Thiếu số liệu"}
    assert beside(session, [], [one.lead_unit_id]).reasons == {}
    updates.update_or_submit(act(HEAD), one.id, signal="done", text="Xong, có số liệu")
    session.flush()
    assert beside(session, [one.id], []).reasons == {}
