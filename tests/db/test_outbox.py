"""Claim, lease, settle: no mail twice, none lost, each under one Message-ID."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.world import AT
from tracker.mail.message import Letter
from tracker.mail.render import Rendered
from tracker.mail.transport import Answer, Outcome
from tracker.models.outbox import MailState, MailTry, OutboxMail
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.permissions import SYSTEM
from tracker.services.context import Context
from tracker.services.outbox import claim, enqueue, give_back, resend
from tracker.services.settlement import settle

BODY = Rendered("Tiêu đề", "chữ", "<p>chữ</p>")


@pytest.fixture
def now(session: Session) -> datetime:
    """The database's own moment: mails are due by its clock."""
    moment = session.scalar(select(func.now()))
    assert moment is not None
    return moment


def put(ctx: Context, key: str = "k") -> OutboxMail:
    person = ctx.session.scalars(select(User).where(User.login == "truong.p-yte")).one()
    row = enqueue(ctx, "digest", key, person, BODY)
    assert row is not None
    ctx.session.refresh(row)
    return row


def test_one_cause_one_mail(session: Session, act: Act) -> None:
    ctx = act()
    put(ctx)
    person = session.scalars(select(User).where(User.login == "truong.p-yte")).one()
    assert enqueue(ctx, "digest", "k", person, BODY) is None


def take(ctx: Context) -> tuple[int, str, Letter] | None:
    return next(iter(claim(ctx)), None)


def test_sent(session: Session, act: Act, now: datetime) -> None:
    row = put(act(at=now))
    claimed = take(act(at=now))
    assert claimed is not None
    mail_id, token, letter = claimed
    assert (mail_id, letter.message_id, letter.subject) == (row.id, row.message_id, "Tiêu đề")
    assert take(act(at=now)) is None  # leased
    settle(act(at=now), mail_id, token, Answer(Outcome.SENT, "250 OK"))
    assert row.state is MailState.SENT
    assert [one.detail for one in row.tries] == ["250 OK"]


def test_a_dead_senders_mail_comes_back_under_the_same_id(session: Session, act: Act, now: datetime) -> None:
    row = put(act(at=now))
    first = take(act(at=now))
    again = take(act(at=now + timedelta(seconds=61)))
    assert first is not None
    assert again is not None
    assert first[2].message_id == again[2].message_id
    assert first[1] != again[1]
    # The first was only slow: its success counts, the second's late refusal does not undo it.
    settle(act(at=now), first[0], first[1], Answer(Outcome.SENT, "250"))
    settle(act(at=now), again[0], again[1], Answer(Outcome.RETRY, "421"))
    assert row.state is MailState.SENT
    assert session.scalar(select(func.count()).select_from(MailTry)) == 2


def test_several_at_once_and_what_is_not_tried_goes_back(session: Session, act: Act, now: datetime) -> None:
    rows = [put(act(at=now), f"k{n}") for n in range(3)]
    claimed = claim(act(at=now), 2)
    assert [mail_id for mail_id, _token, _letter in claimed] == [row.id for row in rows[:2]]
    give_back(act(at=now), [claimed[1][1]])
    session.expire_all()
    assert [(row.state, row.attempts) for row in rows] == [
        (MailState.SENDING, 1), (MailState.QUEUED, 0), (MailState.QUEUED, 0)
    ]  # fmt: skip


def test_a_lost_lease_settles_nothing(session: Session, act: Act, now: datetime) -> None:
    row = put(act(at=now))
    first = take(act(at=now))
    again = take(act(at=now + timedelta(seconds=61)))
    assert first is not None
    assert again is not None
    settle(act(at=now), first[0], first[1], Answer(Outcome.FAILED, "550"))
    assert (row.state, row.lease_token) == (MailState.SENDING, again[1])


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNCERTAIN])
def test_a_late_success_is_the_truth(session: Session, act: Act, now: datetime, outcome: Outcome) -> None:
    """A slow sender's letter is out, whatever the second sender was told meanwhile."""
    row = put(act(at=now))
    moment, first = now, None
    while row.state not in (MailState.FAILED, MailState.UNCERTAIN):
        claimed = take(act(at=moment))
        assert claimed is not None
        if first is None:
            first = claimed
        else:
            settle(act(at=moment), claimed[0], claimed[1], Answer(outcome, "550"))
        moment += timedelta(minutes=3)
    assert first is not None
    settle(act(at=moment), first[0], first[1], Answer(Outcome.SENT, "250"))
    assert (row.state, row.sent_at) == (MailState.SENT, moment)


def test_refusals(session: Session, act: Act, now: datetime) -> None:
    row = put(act(at=now))
    moment = now
    pauses = []
    for _ in range(4):
        claimed = take(act(at=moment))
        assert claimed is not None
        settle(act(at=moment), claimed[0], claimed[1], Answer(Outcome.RETRY, "421 busy"))
        pauses.append((row.not_before - moment).total_seconds() / 60)
        assert take(act(at=row.not_before - timedelta(seconds=1))) is None
        moment = row.not_before
    assert pauses == [1, 2, 5, 10]
    claimed = take(act(at=moment))
    assert claimed is not None
    settle(act(at=moment), claimed[0], claimed[1], Answer(Outcome.FAILED, "550 no such user"))
    assert row.state is MailState.FAILED
    resend(act("quantri", at=moment), row.id)
    assert (row.state, row.attempts) == (MailState.QUEUED, 0)


def test_after_three_days_it_is_given_up(session: Session, act: Act, now: datetime) -> None:
    row = put(act(at=now))
    late = now + timedelta(hours=73)
    claimed = take(act(at=late))
    assert claimed is not None
    settle(act(at=late), claimed[0], claimed[1], Answer(Outcome.RETRY, "421"))
    assert row.state is MailState.FAILED


def test_uncertain_is_tried_once_more_and_then_shown(session: Session, act: Act, now: datetime) -> None:
    row = put(act(at=now))
    moment = now
    for state in (MailState.QUEUED, MailState.UNCERTAIN):
        claimed = take(act(at=moment))
        assert claimed is not None
        settle(act(at=moment), claimed[0], claimed[1], Answer(Outcome.UNCERTAIN, "reset"))
        assert row.state is state
        moment = moment + timedelta(minutes=5)


def test_two_senders_never_claim_the_same(database_url: str) -> None:
    """On two real connections with their transactions open."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    now = datetime.now(LOCAL) + timedelta(seconds=5)

    def context(session: Session) -> Context:
        return Context(session, SYSTEM, now, "test", "http://test", "giao-viec@example.vn")

    with Session(engine) as first, Session(engine) as second:
        for n in range(4):
            put(Context(first, SYSTEM, AT, "test", "http://test", "giao-viec@example.vn"), f"key{n}")
        first.commit()
        seen = [take(context(session)) for session in (first, second, first, second)]
        assert len({one[0] for one in seen if one}) == 4
        assert take(context(second)) is None
        first.rollback()
        second.rollback()
    engine.dispose()
