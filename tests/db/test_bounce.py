"""A mail that came back: the mail and the person are told once, and only by a delivery that is given up for good."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_outbox import put
from tests.helpers.imap import Mailbox
from tests.helpers.stack import PYTHON, Stack
from tests.helpers.world import AT
from tests.web.test_pages import Browser
from tracker import bouncing
from tracker.acting import acting
from tracker.bouncing import collect_bounces
from tracker.config import ROOT
from tracker.local.valkey import ValkeyServer
from tracker.mail.bounce import Action, Bounce
from tracker.mail.transport import Answer, Outcome
from tracker.models.audit import AuditEvent
from tracker.models.outbox import MailBounce, MailState, OutboxMail
from tracker.models.user import User
from tracker.services.bounce import record_bounce
from tracker.services.context import Context
from tracker.services.outbox import claim, resend, settle

EXAMPLES = Path(__file__).parents[1] / "mail" / "bounces"
LATER = AT + timedelta(hours=1)


def sent(act: Act, outcome: Outcome = Outcome.SENT) -> OutboxMail:
    """A mail that the server took, or may have taken, twice."""
    row = put(act())
    moment = row.not_before
    while row.state in (MailState.QUEUED, MailState.SENDING):
        claimed = claim(act(at=moment))
        assert claimed is not None
        settle(act(at=moment), claimed[0], claimed[1], Answer(outcome, "x"))
        moment += timedelta(minutes=3)
    return row


def about(row: OutboxMail, **more: object) -> Bounce:
    bounce = Bounce("key", row.message_id, row.to_address, Action.FAILED, "5.1.1", "550 5.1.1 User unknown")
    return replace(bounce, **more)  # type: ignore[arg-type]


def events(session: Session, row: OutboxMail) -> list[AuditEvent]:
    return list(
        session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject_type == "outbox", AuditEvent.subject_id == row.id, AuditEvent.verb == "bounce")
            .order_by(AuditEvent.id)
        )
    )


def test_a_dead_address(session: Session, act: Act) -> None:
    row = sent(act)
    left_at = row.sent_at
    assert record_bounce(act(at=LATER), about(row, recipient=row.to_address.upper())) is True
    assert (row.state, row.sent_at) == (MailState.BOUNCED, left_at)
    assert row.recipient is not None
    assert row.recipient.unreachable
    (bounce,) = row.bounces
    assert (bounce.at, bounce.action, bounce.status, bounce.diagnostic) == (
        LATER, "failed", "5.1.1", "550 5.1.1 User unknown",
    )  # fmt: skip
    (event,) = events(session, row)
    assert (event.actor_id, event.from_state, event.to_state) == (None, "sent", "bounced")
    assert event.data == {"action": "failed", "status": "5.1.1", "unreachable": True}


def test_the_same_notification_twice_is_written_down_once(session: Session, act: Act) -> None:
    row = sent(act)
    assert [record_bounce(act(at=LATER), about(row)) for _ in range(2)] == [True, True]
    assert len(session.scalars(select(MailBounce)).all()) == 1
    assert len(events(session, row)) == 1


def test_an_old_notification_does_not_undo_a_resend(session: Session, act: Act) -> None:
    row = sent(act)
    record_bounce(act(at=LATER), about(row))
    resend(act("quantri", at=LATER), row.id)
    record_bounce(act(at=LATER), about(row))
    assert (row.state, row.sent_at) == (MailState.QUEUED, None)
    assert row.recipient is not None
    assert not row.recipient.unreachable  # whoever sends again takes the address for good again
    claimed = claim(act(at=LATER))
    assert claimed is not None
    settle(act(at=LATER), claimed[0], claimed[1], Answer(Outcome.SENT, "250"))
    record_bounce(act(at=LATER), about(row, key="another"))
    assert row.state is MailState.BOUNCED
    assert row.recipient.unreachable


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"action": Action.DELAYED, "status": "4.4.1"}, MailState.SENT),
        ({"action": Action.DELIVERED, "status": "2.0.0"}, MailState.SENT),
        ({"status": "4.4.7"}, MailState.BOUNCED),  # given up, but the server was out of reach
        ({"status": "5.2.2"}, MailState.BOUNCED),  # a full mailbox
        ({"status": "5.7.1"}, MailState.BOUNCED),  # somebody's filter
        ({"status": ""}, MailState.BOUNCED),
        ({"recipient": "nguyen.van.a@gmail.example"}, MailState.BOUNCED),  # forwarded there
        ({"recipient": ""}, MailState.BOUNCED),
    ],
)
def test_only_what_blames_the_address_for_good_marks_it(
    session: Session, act: Act, more: dict[str, object], state: MailState
) -> None:
    row = sent(act)
    assert record_bounce(act(at=LATER), about(row, **more)) is True
    assert row.state is state
    assert row.recipient is not None
    assert not row.recipient.unreachable
    assert len(events(session, row)) == 1


def test_an_address_changed_meanwhile_is_not_marked(session: Session, act: Act) -> None:
    row = sent(act)
    assert row.recipient is not None
    row.recipient.email = "moi@example.vn"
    record_bounce(act(at=LATER), about(row))
    assert row.recipient.dead_email is None


def test_a_new_address_is_reachable_again(session: Session, act: Act) -> None:
    row = sent(act)
    record_bounce(act(at=LATER), about(row))
    assert row.recipient is not None
    row.recipient.email = "moi@example.vn"
    assert not row.recipient.unreachable


def test_a_forged_notification_changes_nothing(session: Session, act: Act) -> None:
    row = sent(act)
    assert record_bounce(act(at=LATER), about(row, message_id="<khong.phai@example.vn>")) is False
    assert row.state is MailState.SENT
    assert session.scalars(select(MailBounce)).all() == []
    assert session.scalars(select(User).where(User.dead_email.is_not(None))).all() == []


def test_a_mail_that_may_have_left_came_back(session: Session, act: Act) -> None:
    row = sent(act, Outcome.UNCERTAIN)
    assert row.state is MailState.UNCERTAIN
    record_bounce(act(at=LATER), about(row))
    assert (row.state, row.sent_at) == (MailState.BOUNCED, None)


def test_what_is_on_its_way_again_is_called_back(session: Session, act: Act) -> None:
    """The first try was cut off and came back while the second travels: its answer changes nothing more."""
    row = put(act())
    now = row.not_before
    claimed = claim(act(at=now))
    assert claimed is not None
    record_bounce(act(at=now), about(row))
    assert (row.state, row.lease_token, row.lease_until) == (MailState.BOUNCED, None, None)
    settle(act(at=now), claimed[0], claimed[1], Answer(Outcome.SENT, "250"))
    assert row.state is MailState.BOUNCED
    assert [one.detail for one in row.tries] == ["250"]
    assert claim(act(at=now + timedelta(days=1))) is None


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path) as mailbox:
        yield mailbox


def left(ctx: Context) -> OutboxMail:
    row = put(ctx)
    row.state, row.sent_at, row.to_address = MailState.SENT, ctx.now, "truong.p-yte@yte.example.vn"
    assert row.recipient is not None
    row.recipient.email = row.to_address
    return row


@pytest.fixture
def message_id(app: Flask) -> Iterator[str]:
    """Of a mail that left; the context of the app stays open."""
    with app.app_context():
        with acting() as ctx:
            found = left(ctx).message_id
        yield found


def example(name: str, message_id: str) -> bytes:
    raw = (EXAMPLES / f"{name}.eml").read_bytes()
    return raw.replace(b"<176395120112.2041.8837164520913@tanyen.example.vn>", message_id.encode())


def standing(message_id: str) -> tuple[str, int, bool]:
    with acting() as ctx:
        row = ctx.session.scalars(select(OutboxMail).where(OutboxMail.message_id == message_id)).one()
        assert row.recipient is not None
        return row.state, len(row.bounces), row.recipient.unreachable


def test_from_the_mailbox_to_the_row(mailbox: Mailbox, message_id: str) -> None:
    mailbox.put(
        example("not-out-of-office", message_id),
        example("postfix-unknown-user", "<of.somebody@else.vn>"),
        example("postfix-delayed", message_id),
        example("exim-plain", message_id),
    )
    url = mailbox.url("/INBOX?move_to=Returned")
    assert collect_bounces(url, acting) == 2
    assert standing(message_id) == ("bounced", 2, True)
    assert (mailbox.count("INBOX"), mailbox.count("INBOX", "UNSEEN"), mailbox.count("Returned")) == (2, 0, 2)
    assert collect_bounces(url, acting) == 0


def test_the_page_of_the_mail_says_so(app: Flask) -> None:
    with app.app_context(), acting() as ctx:
        row = left(ctx)
        record_bounce(ctx, about(row, diagnostic="550 5.1.1 <script>"))
        path = f"/mail/{row.id}"
    browser = Browser(app.test_client(), "quantri")
    page = browser.get(path)
    assert "Bị trả lại" in page
    assert "550 5.1.1 &lt;script&gt;" in page
    assert "Địa chỉ truong.p-yte@yte.example.vn không tồn tại" in page
    assert "Bị trả lại: 1" in browser.get("/mail/")
    page = browser.post(f"{path}/resend", at=path)
    assert "Chờ gửi" in page
    assert "không tồn tại" not in page


def test_nothing_is_marked_before_the_commit(
    mailbox: Mailbox, message_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("the database is gone")

    mailbox.put(example("qmail", message_id))
    with monkeypatch.context() as patch:
        patch.setattr(bouncing, "record_bounce", broken)
        with pytest.raises(RuntimeError):
            collect_bounces(mailbox.url(), acting)
    assert mailbox.count("INBOX", "UNSEEN") == 1
    assert collect_bounces(mailbox.url(), acting) == 1


def test_killed_after_the_commit_it_is_read_again_and_written_once(
    mailbox: Mailbox, message_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    mailbox.put(example("exchange-online", message_id))
    with monkeypatch.context() as patch:
        patch.setattr("tracker.mail.inbox.Inbox.done", killed)
        with pytest.raises(KeyboardInterrupt):
            collect_bounces(mailbox.url(), acting)
    assert standing(message_id) == ("bounced", 1, True)
    assert collect_bounces(mailbox.url(), acting) == 1
    assert standing(message_id) == ("bounced", 1, True)
    assert mailbox.count("INBOX", "UNSEEN") == 0


def test_the_command(stack: Stack, mailbox: Mailbox) -> None:
    assert "BOUNCE_URL" in stack.tracker("mail", "bounces", check=False).stderr
    stack.env["BOUNCE_URL"] = mailbox.url()
    assert stack.tracker("mail", "bounces").stdout == "0 thư bị trả lại.\n"
    stack.env["BOUNCE_URL"] = mailbox.url(password="sai")
    done = stack.tracker("mail", "bounces", check=False)
    assert (done.returncode, "AUTHENTICATIONFAILED" in done.stderr, "sai" in done.stderr) == (1, True, False)
    stack.env["BOUNCE_URL"] = "imap://u:secret@mail.example.vn"
    done = stack.tracker("mail", "bounces", check=False)
    assert (done.returncode, "secret" in done.stderr) == (2, False)
    assert "BOUNCE_URL may be imap:// only on this machine" in done.stderr


def test_beat_wakes_the_task_only_where_a_mailbox_is_named(stack: Stack, mailbox: Mailbox) -> None:
    script = (
        "from tasks.celery_app import app; from tasks.bounce import collect\n"
        "entry = app.conf.beat_schedule.get('collect-bounces')\n"
        "assert entry is None or app.tasks[entry['task']] == collect\n"
        "print(entry and entry['schedule']); entry and collect()\n"
    )

    def run() -> str:
        command = [*PYTHON[:1], "-c", script]
        done = subprocess.run(command, env=stack.env, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[0]

    assert run() == "None"
    stack.env["BOUNCE_URL"] = mailbox.url()
    mailbox.put(b"Subject: x\r\n\r\nx\r\n")
    assert run() == "120.0"
    assert mailbox.count("INBOX", "UNSEEN") == 0


@pytest.fixture
def stack(database_url: str, valkey: ValkeyServer, tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, database_url, valkey.url(), (tmp_path / "mail").as_uri()) as stack:
        yield stack
