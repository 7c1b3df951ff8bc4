"""Each phase of SMTP against a real server: what is retried, what is given up, what is uncertain."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.helpers.smtp import Postman
from tracker.local.process import free_port
from tracker.mail.message import Letter, build, new_message_id
from tracker.mail.transport import BadMailUrl, Outcome, open_transport

LETTER = Letter(
    message_id="<mot@example.vn>",
    from_address="giao-viec@example.vn",
    to_address="truong@example.vn",
    to_name="Trưởng phòng Y tế",
    subject="[Giao Việc] 3 việc quá hạn (25/11/2026)",
    text="Kính gửi,\n\n.một dòng bắt đầu bằng dấu chấm\n..\nHết.\n",
    html="<p>Kính gửi</p>",
    created_at=datetime(2026, 11, 25, 1, 30, tzinfo=UTC),
)


def test_vietnamese_arrives_as_it_was_sent() -> None:
    with Postman() as postman:
        assert open_transport(postman.url)(LETTER).outcome is Outcome.SENT
    (got,) = postman.letters
    assert got["Subject"] == LETTER.subject
    assert got["To"].addresses[0].display_name == LETTER.to_name
    assert got["Message-ID"] == LETTER.message_id
    assert got["Auto-Submitted"] == "auto-generated"
    body = got.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.text
    assert got.get_body(("html",)) is not None


@pytest.mark.parametrize(
    ("phase", "reply", "outcome"),
    [
        ("RCPT", "450 mailbox busy", Outcome.RETRY),
        ("RCPT", "550 no such user", Outcome.FAILED),
        ("DATA", "452 disk full", Outcome.RETRY),
        ("DATA", "554 refused", Outcome.FAILED),
    ],
)
def test_refusals(phase: str, reply: str, outcome: Outcome) -> None:
    with Postman() as postman:
        postman.replies[phase] = reply
        answer = open_transport(postman.url)(LETTER)
    assert answer.outcome is outcome
    assert answer.detail == reply


def test_nobody_there_is_retried() -> None:
    assert open_transport(f"smtp://127.0.0.1:{free_port()}")(LETTER).outcome is Outcome.RETRY


def test_a_break_after_the_text_is_uncertain() -> None:
    with Postman() as postman:
        postman.drop_after_data = True
        assert open_transport(postman.url)(LETTER).outcome is Outcome.UNCERTAIN


def test_an_address_that_cannot_be_written_is_a_failure_not_a_crash() -> None:
    with Postman() as postman:
        for address in ("", "không có a còng", "a@b\r\nBcc: x@y.vn", "<>"):
            assert open_transport(postman.url)(replace(LETTER, to_address=address)).outcome is Outcome.FAILED
    assert postman.letters == []


def test_no_header_can_be_smuggled_in() -> None:
    hostile = replace(LETTER, to_name="A\r\nBcc: x@y.vn", subject="B\nX-Evil: 1")
    got = message_from_bytes(build(hostile).as_bytes(), policy=policy.SMTP)
    assert isinstance(got, EmailMessage)
    assert got["Bcc"] is None
    assert got["X-Evil"] is None


def test_a_folder_holds_one_file_a_message(tmp_path: Path) -> None:
    send = open_transport((tmp_path / "thư đi").as_uri())
    assert [send(LETTER).outcome, send(LETTER).outcome] == [Outcome.SENT] * 2
    (path,) = (tmp_path / "thư đi").iterdir()
    assert path.suffix == ".eml"
    assert open_transport((tmp_path / "thư đi").as_uri())(replace(LETTER, message_id="<hai@x>")).outcome is Outcome.SENT
    assert len(list((tmp_path / "thư đi").iterdir())) == 2


@pytest.mark.parametrize("url", ["", "mailto:x", "smtp://", "http://x", "smtp://x:port", "file://"])
def test_bad_urls(url: str) -> None:
    with pytest.raises(BadMailUrl, match="MAIL_URL"):
        open_transport(url)


def test_message_ids_are_unique() -> None:
    assert len({new_message_id("a@example.vn") for _ in range(1000)}) == 1000
