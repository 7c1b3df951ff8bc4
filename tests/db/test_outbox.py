"""Claim, send, settle: no mail twice, none lost, each under one Message-ID."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.conftest import Act
from tests.helpers.stack import until
from tests.helpers.statements import asked
from tests.helpers.world import AT
from tracker.mail.answer import Answer, Outcome
from tracker.mail.message import Letter
from tracker.mail.template import Rendered
from tracker.models.outbox import MailState, MailTry, OutboxMail
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.permissions import SYSTEM
from tracker.services.context import Context
from tracker.services.outbox import claim, enqueue, give_back, resend
from tracker.services.settlement import settle
from tracker.store.sender import SENDERS, Sender

BODY = Rendered("Tiêu đề", "chữ", "<p>chữ</p>")


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


# Numbers of senders; only one that holds its lock is alive.
ONE, OTHER = 1_000_001, 1_000_002


def take(ctx: Context, sender: int = ONE) -> tuple[int, Letter] | None:
    return next(iter(claim(ctx, sender)), None)


@pytest.fixture
def alive(shared_world: str) -> Iterator[Sender]:
    """A sender on a session of its own."""
    engine = create_engine(shared_world, poolclass=NullPool)
    with closing(Sender(engine)) as sender:
        yield sender


def test_sent(session: Session, act: Act, alive: Sender) -> None:
    row = put(act())
    claimed = take(act(), alive.number)
    assert claimed is not None
    mail_id, letter = claimed
    assert (mail_id, letter.message_id, letter.subject) == (row.id, row.message_id, "Tiêu đề")
    assert take(act(), OTHER) is None  # its sender lives
    assert take(act(), alive.number) is None  # and does not take twice what it has
    settle(act(), mail_id, alive.number, Answer(Outcome.SENT, "250 OK"))
    assert row.state is MailState.SENT
    assert [one.detail for one in row.tries] == ["250 OK"]


def test_a_dead_senders_mail_is_anybodys_at_once_under_the_same_id(session: Session, act: Act, alive: Sender) -> None:
    row = put(act())
    first = take(act(), alive.number)
    alive.close()
    assert until(lambda: session.scalar(select(func.pg_try_advisory_xact_lock(SENDERS, alive.number))) is True)
    again = take(act(), OTHER)
    assert first is not None
    assert again is not None
    assert first[1].message_id == again[1].message_id
    session.refresh(row)
    assert row.attempts == 1  # what was claimed twice was tried once at most
    # The first was only cut off: its success counts, the second's late refusal does not undo it.
    settle(act(), first[0], alive.number, Answer(Outcome.SENT, "250"))
    settle(act(), again[0], OTHER, Answer(Outcome.RETRY, "421"))
    assert row.state is MailState.SENT
    assert session.scalar(select(func.count()).select_from(MailTry)) == 2


def test_several_at_once_and_what_is_not_tried_goes_back(session: Session, act: Act) -> None:
    rows = [put(act(), f"k{n}") for n in range(3)]
    claimed = claim(act(), ONE, 2)
    assert [mail_id for mail_id, _letter in claimed] == [row.id for row in rows[:2]]
    give_back(act(), ONE, [claimed[1][0]])
    session.expire_all()
    assert [(row.state, row.attempts) for row in rows] == [
        (MailState.SENDING, 1), (MailState.QUEUED, 0), (MailState.QUEUED, 0)
    ]  # fmt: skip


def test_a_lost_claim_settles_nothing(session: Session, act: Act) -> None:
    row = put(act())
    first = take(act(), ONE)
    again = take(act(), OTHER)
    assert first is not None
    assert again is not None
    settle(act(), first[0], ONE, Answer(Outcome.FAILED, "550"))
    assert (row.state, row.sender) == (MailState.SENDING, OTHER)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNCERTAIN])
def test_a_late_success_is_the_truth(session: Session, act: Act, outcome: Outcome) -> None:
    """A slow sender's letter is out, whatever the second sender was told meanwhile."""
    row = put(act())
    assert take(act(), ONE) is not None
    while row.state not in (MailState.FAILED, MailState.UNCERTAIN):
        claimed = take(act(), OTHER)
        assert claimed is not None
        settle(act(), claimed[0], OTHER, Answer(outcome, "550"))
        due_now(session)
    settle(act(), row.id, ONE, Answer(Outcome.SENT, "250"))
    assert row.state is MailState.SENT
    assert row.sent_at is not None


def due_now(session: Session) -> None:
    """The pause passes."""
    session.flush()
    session.execute(text("UPDATE outbox SET not_before = now()"))
    session.expire_all()


@pytest.mark.parametrize(
    ("ahead", "due"), [("1 minute", False), ("15 hours", False), ("23 hours", True), ("-1 day", True)]
)
def test_a_clock_that_was_put_back_holds_nothing_up(session: Session, act: Act, ahead: str, due: bool) -> None:
    """No pause is longer than 16 hours."""
    put(act())
    session.execute(text("UPDATE outbox SET not_before = now() + CAST(:ahead AS interval)"), {"ahead": ahead})
    assert (take(act()) is not None) is due


def test_the_clock_of_the_sender_does_not_count(session: Session, act: Act, alive: Sender) -> None:
    """Two workers whose clocks are a day before and a day behind the database's."""
    row = put(act())
    behind, before = (act(at=datetime.now(LOCAL) + days * timedelta(days=1)) for days in (-1, 1))
    assert take(behind, alive.number) is not None
    assert take(before, OTHER) is None
    settle(before, row.id, alive.number, Answer(Outcome.RETRY, "421"))
    now = session.scalars(select(func.clock_timestamp())).one()
    assert timedelta(seconds=55) < row.not_before - now <= timedelta(seconds=60)


def test_refusals(session: Session, act: Act) -> None:
    row = put(act())
    pauses = []
    for _ in range(4):
        due_now(session)
        claimed = take(act())
        assert claimed is not None
        settle(act(), claimed[0], ONE, Answer(Outcome.RETRY, "421 busy"))
        pauses.append(round((row.not_before - row.tries[-1].at).total_seconds() / 60))
        session.expire_all()
        assert take(act()) is None
    assert pauses == [1, 2, 5, 10]
    due_now(session)
    claimed = take(act())
    assert claimed is not None
    settle(act(), claimed[0], ONE, Answer(Outcome.FAILED, "550 no such user"))
    assert row.state is MailState.FAILED
    resend(act("quantri"), row.id)
    assert (row.state, row.attempts) == (MailState.QUEUED, 0)


def test_after_three_days_it_is_given_up(session: Session, act: Act) -> None:
    row = put(act())
    session.execute(text("UPDATE outbox SET created_at = now() - interval '73 hours'"))
    claimed = take(act())
    assert claimed is not None
    settle(act(), claimed[0], ONE, Answer(Outcome.RETRY, "421"))
    assert row.state is MailState.FAILED


def test_uncertain_is_tried_once_more_and_then_shown(session: Session, act: Act) -> None:
    row = put(act())
    for state in (MailState.QUEUED, MailState.UNCERTAIN):
        due_now(session)
        claimed = take(act())
        assert claimed is not None
        settle(act(), claimed[0], ONE, Answer(Outcome.UNCERTAIN, "reset"))
        assert row.state is state


def test_two_senders_never_claim_the_same(database_url: str) -> None:
    """On two real connections with their transactions open."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))

    def context(session: Session) -> Context:
        return Context(session, SYSTEM, AT, "test", "http://test", "giao-viec@example.vn")

    with Session(engine) as first, Session(engine) as second:
        for n in range(4):
            put(context(first), f"key{n}")
        first.commit()
        seen = [take(context(first), ONE), take(context(second), OTHER)]
        seen += [take(context(first), ONE), take(context(second), OTHER)]
        assert len({one[0] for one in seen if one}) == 4
        assert take(context(second), OTHER) is None
        first.rollback()
        second.rollback()
    engine.dispose()


def test_a_few_of_many_are_claimed_without_looking_at_the_rest(session: Session, act: Act) -> None:
    """All of one moment, as a sweep leaves them, and nobody has counted them since."""
    session.execute(text("DELETE FROM outbox"))
    session.execute(
        text(
            "INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body, html_body,"
            " state) SELECT 'digest', n, '<' || n || '@x>', 'a@example.vn', 'A', 'S', 'T', 'H', 'queued'"
            " FROM generate_series(1, 5000) AS n"
        )
    )
    with asked(session.connection().engine, "FOR UPDATE SKIP LOCKED") as seen:
        assert len(claim(act(), ONE, 20)) == 20
    ((statement, values),) = seen
    explained = session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values)
    (plan,) = explained.scalar_one()
    assert "ix_outbox_due" in str(plan)
    assert most_read(plan["Plan"]) <= 100


def most_read(plan: dict[str, Any]) -> float:
    return max([plan["Actual Rows"], *(most_read(one) for one in plan.get("Plans", []))])
