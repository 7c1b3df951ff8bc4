"""From the mailbox to the row, the page, the command and beat: what came back is lost nowhere and told once."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from tests.db.test_bounce import about
from tests.db.test_outbox import put
from tests.helpers.imap import Mailbox
from tests.helpers.stack import PYTHON, Stack
from tests.web.test_pages import Browser
from tracker import bouncing
from tracker.acting import acting
from tracker.bouncing import collect_bounces
from tracker.config import ROOT
from tracker.extensions import db
from tracker.local.valkey import ValkeyServer
from tracker.models.outbox import MailState, OutboxMail
from tracker.services.bounce import record_bounce
from tracker.services.context import Context

EXAMPLES = ROOT / "tests" / "mail" / "bounces"


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


def test_going_back_a_version_keeps_what_is_known(app: Flask) -> None:
    with app.app_context():
        with acting() as ctx:
            row, other = left(ctx), put(ctx, "another")
            for one in (row, other):
                record_bounce(ctx, about(one, key=one.message_id))
        db.session.remove()
        downgrade(revision="0002")
        states = db.session.execute(text("SELECT state FROM outbox ORDER BY id")).scalars().all()
        assert states == ["sent", "uncertain"]
        db.session.remove()
        upgrade()


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
