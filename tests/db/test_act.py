"""What a link in a mail does: one thing, by the same verbs and rights, once; and what it never does."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE, OFFICER, events, mails
from tests.helpers.links import link_of
from tests.helpers.world import AT
from tracker.models.assignment import Assignment, Update
from tracker.models.audit import AuditEvent
from tracker.models.mail_link import MailLink
from tracker.models.outbox import OutboxMail
from tracker.models.promise import Promise
from tracker.models.user import User
from tracker.rules.errors import DomainError, Invalid
from tracker.rules.mail_link import Choice, Standing
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import update as updates
from tracker.services.act import Answer, Opened, open_link, use
from tracker.services.chase import chase
from tracker.services.comment import comment

SOON = AT + timedelta(hours=1)
Answering = Callable[..., Opened]


def choose(choice: str, note: str = "", day: date | None = None) -> Answer:
    return Answer(choice, day, note)


@pytest.fixture
def chased(session: Session, act: Act, one: Assignment) -> Assignment:
    """Not yet accepted, and the head has a mail about it."""
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    return one


@pytest.fixture
def under_way(session: Session, act: Act, one: Assignment) -> Assignment:
    """The officer's, and both have a mail about it."""
    officer = session.scalars(select(User.id).where(User.login == OFFICER)).one()
    verbs.accept(act(HEAD), one.id, owner_id=officer)
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    return one


def token(session: Session, login: str = HEAD, kind: str = "chased") -> str:
    return link_of(session, login, kind)


def answer(session: Session, act: Act, what: Answer, *, login: str = HEAD, at: datetime = SOON) -> Opened:
    found = use(act(at=at), token(session, login), what)
    assert found is not None
    session.flush()
    return found


def as_stored(session: Session) -> list[tuple[int, ...]]:
    """Everything that an answer could change."""
    session.flush()
    counts = ["audit_events", "updates", "promises", "rounds", "extension_requests", "outbox"]
    rows = [tuple(session.execute(text(f"SELECT count(*) FROM {name}")).one()) for name in counts]
    rows += [tuple(row) for row in session.execute(text("SELECT id, version FROM assignments ORDER BY id"))]
    return rows + [
        tuple(row)
        for row in session.execute(
            text("SELECT id, used_at IS NULL, revoked_at IS NULL, choice IS NULL FROM mail_links ORDER BY id")
        )
    ]


def test_only_the_hash_is_stored(session: Session, act: Act, chased: Assignment) -> None:
    link = token(session)
    assert link not in str(session.execute(text("SELECT * FROM mail_links")).all())
    assert link not in str(session.execute(text("SELECT * FROM outbox")).all())
    row = session.scalars(select(MailLink)).first()
    assert row is not None
    assert (row.assignment_id, row.version, row.expires_at - row.made_at) == (chased.id, chased.version, timedelta(7))


def test_looking_changes_nothing(session: Session, act: Act, chased: Assignment) -> None:
    before = as_stored(session)
    for _ in range(3):
        opened = open_link(act(at=SOON), token(session))
        assert opened is not None
        assert opened.standing is Standing.READY
    assert open_link(act(at=SOON), "x" * 43) is None
    assert as_stored(session) == before


@pytest.mark.parametrize("choice", ["", "confirm", "reopen", "undo", "on_track", "RECEIVED", "\x00"])
def test_without_a_choice_that_was_offered_nothing_happens(
    session: Session, act: Act, chased: Assignment, choice: str
) -> None:
    before = as_stored(session)
    with pytest.raises(Invalid) as refused:
        answer(session, act, choose(choice, "Nội dung", date(2026, 11, 1)))
    assert refused.value.field == "choice"
    assert as_stored(session) == before


ASSIGNED = {
    "received": (choose("received"), State.IN_PROGRESS, {"accept", "use_link"}),
    "received with words": (choose("received", "Đã giao cán bộ"), State.IN_PROGRESS, {"accept", "update", "use_link"}),
    "promise": (
        choose("promise", day=date(2026, 11, 10)), State.IN_PROGRESS, {"accept", "promise", "use_link"},
    ),
    "done": (choose("done", "Xong cả"), State.SUBMITTED, {"accept", "update", "submit", "use_link"}),
    "blocked": (choose("blocked", "Chờ kinh phí"), State.IN_PROGRESS, {"accept", "update", "use_link"}),
    "extension": (
        choose("extension", "Chờ kinh phí", date(2026, 12, 15)), State.ASSIGNED, {"ask_extension", "use_link"},
    ),
    "not_ours": (choose("not_ours", "Không đúng chức năng"), State.DECLINED, {"decline", "use_link"}),
}  # fmt: skip


@pytest.mark.parametrize("name", ASSIGNED)
def test_each_choice_is_its_verb(session: Session, act: Act, chased: Assignment, name: str) -> None:
    what, state, happened = ASSIGNED[name]
    known = len(events(session, chased))
    opened = answer(session, act, what)
    assert (opened.standing, opened.choice, chased.state) == (Standing.USED, what.choice, state)
    assert {verb for verb, _from, _to in events(session, chased)[known:]} == happened
    assert events(session, chased)[-1][0] == "use_link"
    new = session.scalars(select(AuditEvent).where(AuditEvent.verb.in_(happened))).all()
    mine = [event for event in new if event.at == SOON]
    assert {event.data["via"] for event in mine} == {"mail"}
    assert {event.actor_id for event in mine} == {chased.owner_id or mine[0].actor_id}
    assert mails(session, "answered_from_mail") == {"truong.p-yte@example.vn"}


MISSING = [
    (choose("promise"), "promised_on"), (choose("promise", day=date(2026, 1, 4)), "promised_on"),
    (choose("blocked"), "text"), (choose("blocked", "  "), "text"), (choose("done"), "text"),
    (choose("extension", "Lý do"), "asked_due_on"), (choose("extension", day=date(2026, 12, 15)), "reason"),
    (choose("not_ours"), "reason"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "field"), MISSING)
def test_what_a_choice_lacks_is_said_and_the_link_not_spent(
    session: Session, act: Act, chased: Assignment, what: Answer, field: str
) -> None:
    before = as_stored(session)
    with pytest.raises(DomainError) as refused, session.begin_nested():
        answer(session, act, what)
    session.expire_all()
    assert refused.value.field == field
    assert as_stored(session) == before
    assert answer(session, act, choose("received")).standing is Standing.USED


def test_an_officers_done_asks_for_it_and_a_heads_submits(session: Session, act: Act, under_way: Assignment) -> None:
    opened = answer(session, act, choose("done"), login=OFFICER)
    assert (under_way.state, opened.submits) == (State.IN_PROGRESS, False)
    note = session.scalars(select(Update)).one()
    assert (note.signal, note.text) == ("done", "Đã xong, xin xác nhận")
    # The head's mail is about an older version now.
    assert answer(session, act, choose("done", "Xong")).standing is Standing.STALE
    chase(act(OFFICE, at=SOON), under_way.id, text="Xong chưa?")
    session.flush()
    answer(session, act, choose("done", "Đã xong cả"))
    assert under_way.state is State.SUBMITTED


def test_done_without_the_file_that_is_asked_for_is_a_note(session: Session, act: Act, one: Assignment) -> None:
    verbs.demand_evidence(act(OFFICE), one.id, required=True)
    chase(act(OFFICE), one.id, text="Đề nghị báo cáo")
    session.flush()
    before = open_link(act(at=SOON), token(session))
    assert before is not None
    assert before.needs_file
    opened = answer(session, act, choose("done", "Đã xong cả"))
    assert (one.state, opened.needs_file) == (State.IN_PROGRESS, True)


def test_a_link_is_used_once(session: Session, act: Act, chased: Assignment) -> None:
    answer(session, act, choose("received"))
    before = as_stored(session)
    again = answer(session, act, choose("blocked", "Khác"))
    assert (again.standing, again.choice) == (Standing.USED, Choice.RECEIVED)
    assert as_stored(session) == before


def test_two_mails_about_one_version_are_one_right(session: Session, act: Act, under_way: Assignment) -> None:
    first = token(session, OFFICER)
    chase(act(OFFICE), under_way.id, text="Lần hai")
    session.flush()
    second = token(session, OFFICER)
    assert first != second
    # A promise leaves the version as it is: the right is gone nevertheless.
    version = under_way.version
    use(act(at=SOON), second, choose("promise", day=date(2026, 11, 10)))
    session.flush()
    assert under_way.version == version
    before = as_stored(session)
    found = use(act(at=SOON), first, choose("promise", day=date(2026, 11, 12)))
    assert found is not None
    assert (found.standing, found.choice) == (Standing.USED, Choice.PROMISE)
    assert as_stored(session) == before
    # The head's is another right.
    assert answer(session, act, choose("blocked", "Chờ kinh phí")).standing is Standing.USED


@pytest.mark.parametrize(
    ("after", "standing"),
    [(timedelta(days=7) - timedelta(seconds=1), Standing.READY), (timedelta(days=7), Standing.EXPIRED)],
)
def test_seven_days(session: Session, act: Act, chased: Assignment, after: timedelta, standing: Standing) -> None:
    opened = open_link(act(at=AT + after), token(session))
    assert opened is not None
    assert opened.standing is standing
    before = as_stored(session)
    if standing is Standing.EXPIRED:
        answer(session, act, choose("received"), at=AT + after)
        assert as_stored(session) == before


def test_of_what_is_long_overdue_links_hold_a_week(session: Session, act: Act, one: Assignment) -> None:
    at = datetime(2026, 12, 1, 9, 0, tzinfo=AT.tzinfo)  # due on 19/11
    chase(act(OFFICE, at=at), one.id, text="Quá hạn")
    session.flush()
    assert answer(session, act, choose("blocked", "Chờ"), at=at + timedelta(days=6)).standing is Standing.USED


def _update(act: Act, one: Assignment) -> object:
    return updates.update(act(OFFICER), one.id, signal="on_track", text="Đang làm")


def _reassign(act: Act, one: Assignment) -> object:
    unit = act().session.execute(text("SELECT id FROM units WHERE code = 'p-tuphap'")).scalar_one()
    return verbs.reassign(act(OFFICE), one.id, lead_unit_id=unit, reason="Đúng chức năng hơn")


SPOILED: dict[str, tuple[Callable[[Act, Assignment], object], Standing]] = {
    "updated": (_update, Standing.STALE),
    "suspended": (lambda act, one: verbs.suspend(act(OFFICE), one.id, reason="Chờ"), Standing.STALE),
    "cancelled": (lambda act, one: verbs.cancel(act(OFFICE), one.id, reason="Thôi"), Standing.CLOSED),
    "given to another unit": (_reassign, Standing.GONE),
    "left the post": (
        lambda act, one: act().session.execute(
            text("UPDATE posts SET valid_to = '2026-01-04' WHERE user_id IN (SELECT id FROM users WHERE login = :who)"),
            {"who": HEAD},
        ),
        Standing.GONE,
    ),
    "left": (
        lambda act, one: act().session.execute(
            text("UPDATE users SET active = false WHERE login = :who"), {"who": HEAD}
        ),
        Standing.REVOKED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_what_ends_a_link(session: Session, act: Act, chased: Assignment, name: str) -> None:
    spoil, standing = SPOILED[name]
    spoil(act, chased)
    session.flush()
    session.expire_all()
    before = as_stored(session)
    for found in (open_link(act(at=SOON), token(session)), use(act(at=SOON), token(session), choose("received"))):
        assert found is not None
        assert found.standing is standing
        # Whoever has no right to the work any more learns nothing of it.
        assert (found.row is None) == (standing in (Standing.GONE, Standing.REVOKED))
    assert as_stored(session) == before


def test_closing_ends_links_for_good(session: Session, act: Act, under_way: Assignment) -> None:
    verbs.submit(act(HEAD), under_way.id, result="Xong", done_on=AT.date())
    assert session.scalar(select(func.count()).where(MailLink.revoked_at.is_not(None))) == 0
    verbs.confirm(act(OFFICE), under_way.id)
    session.flush()
    assert session.scalar(select(func.count()).where(MailLink.revoked_at.is_(None))) == 0


def test_somebody_elses_browser(session: Session, act: Act, chased: Assignment) -> None:
    officer, head = (session.scalars(select(User.id).where(User.login == who)).one() for who in (OFFICER, HEAD))
    before = as_stored(session)
    found = use(act(at=SOON), token(session), choose("received"), signed_in_as=officer)
    assert found is not None
    assert (found.standing, found.row) == (Standing.OTHERS, None)
    assert as_stored(session) == before
    found = use(act(at=SOON), token(session), choose("received"), signed_in_as=head)
    assert found is not None
    assert found.standing is Standing.USED


def test_who_oversees_or_helps_gets_no_link(session: Session, act: Act, one: Assignment) -> None:
    head = session.scalars(select(User.id).where(User.login == HEAD)).one()
    comment(act(OFFICE), one.id, text="Xem giúp", users=[head], units=[])
    verbs.decline(act(HEAD), one.id, reason="Không đúng chức năng")
    session.flush()
    assert mails(session, "declined")
    assert mails(session, "mentioned")
    assert session.scalar(select(func.count()).select_from(MailLink)) == 0


def test_promise_is_counted(session: Session, act: Act, chased: Assignment) -> None:
    opened = answer(session, act, choose("promise", "Họp xong sẽ gửi", date(2026, 11, 10)))
    assert opened.day == opened.promised_on == date(2026, 11, 10)
    mail = session.scalars(select(OutboxMail).where(OutboxMail.kind == "answered_from_mail")).one()
    assert "“Sẽ xong vào ngày 10/11/2026”" in mail.text_body
    made = session.scalars(select(Promise)).one()
    assert (made.promised_on, made.note, made.version) == (date(2026, 11, 10), "Họp xong sẽ gửi", chased.version)
