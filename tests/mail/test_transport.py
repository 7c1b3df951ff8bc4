"""Each phase of SMTP against a real server: what is retried, what is given up, what is uncertain."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.smtp import BOTH_WAYS, Postman, doorkeeper, waiter
from tracker.local.process import free_port
from tracker.mail import smtp
from tracker.mail.answer import Outcome
from tracker.mail.message import Letter, build, new_message_id
from tracker.mail.transport import BadMailUrl, open_transport

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

SECOND = replace(LETTER, message_id="<hai@example.vn>")
GO_ON = b"250 OK\r\n250 OK\r\n354 go on\r\n"


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
        ("MAIL", "550 not from you", Outcome.RETRY),  # the server refuses us, not this letter
        ("RCPT", "450 mailbox busy", Outcome.RETRY),
        ("RCPT", "550 no such user", Outcome.FAILED),
        ("DATA", "452 disk full", Outcome.RETRY),
        ("DATA", "554 refused", Outcome.FAILED),
    ],
)
@BOTH_WAYS
def test_refusals(phase: str, reply: str, outcome: Outcome, pipelining: bool) -> None:
    with Postman(pipelining=pipelining) as postman:
        postman.replies[phase] = reply
        answer = open_transport(postman.url)(LETTER)
    assert answer.outcome is outcome
    assert answer.detail == reply
    assert postman.letters == []


def test_where_the_server_says_so_commands_wait_for_no_answer() -> None:
    with waiter(GO_ON + b"250 taken\r\n") as (url, heard):
        assert open_transport(url)(LETTER).detail == "250 taken"
    assert heard.endswith(b"\r\n.\r\n")


def test_the_next_letter_begins_with_the_last_line_of_this_one() -> None:
    """One wait a letter: the server here says nothing about the first one before it has heard of the second."""
    with waiter(GO_ON, b"250 first\r\n" + GO_ON + b"250 second\r\n") as (url, heard):
        send = open_transport(url)
        assert send(LETTER, following=SECOND).detail == "250 first"
        assert send(SECOND).detail == "250 second"
    assert heard.count(b"MAIL FROM") == 2


def test_a_letter_that_was_begun_and_is_not_sent_gets_no_last_line() -> None:
    with Postman(pipelining=True) as postman:
        send = open_transport(postman.url)
        assert send(LETTER, following=SECOND).outcome is Outcome.SENT
        assert send(replace(SECOND, message_id="<ba@example.vn>")).outcome is Outcome.SENT
        send(LETTER, following=SECOND)
        send.close()
    assert postman.ids() == {"<mot@example.vn>": 2, "<ba@example.vn>": 1}


@pytest.mark.parametrize("reply", ["550 refused", "450 busy"])
def test_a_refusal_does_not_harm_the_letter_that_was_begun(reply: str) -> None:
    with Postman(pipelining=True) as postman:
        send = open_transport(postman.url)
        postman.replies["DATA"] = reply
        assert send(LETTER, following=SECOND).detail == reply
        del postman.replies["DATA"]
        assert send(SECOND).outcome is Outcome.SENT
    assert postman.ids() == {SECOND.message_id: 1}


def test_a_letter_that_was_begun_is_judged_by_its_own_answers() -> None:
    refused = b"250 first\r\n250 OK\r\n550 5.1.1 nobody\r\n354 go on\r\n"
    with waiter(GO_ON, refused) as (url, heard):
        send = open_transport(url)
        assert send(LETTER, following=SECOND).outcome is Outcome.SENT
        answer = send(SECOND)
    assert (answer.outcome, answer.detail) == (Outcome.FAILED, "550 5.1.1 nobody")
    assert heard.count(b"\r\n.\r\n") == 1


def test_where_what_came_with_the_last_line_is_lost_no_letter_is_begun_early_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server that says PIPELINING and does not mean it costs one wait, not one a letter."""
    monkeypatch.setattr(smtp, "ANSWER_WITHIN", 0.5)
    third = replace(LETTER, message_id="<ba@example.vn>")

    class Forgets(Postman):
        async def handle_DATA(self, server: Any, *about: object) -> str:
            server._reader._buffer.clear()
            return await super().handle_DATA(server, *about)  # type: ignore[arg-type]

    with Forgets(pipelining=True) as postman:
        send = open_transport(postman.url)
        assert [send(one, following=two).outcome for one, two in ((LETTER, SECOND), (SECOND, third))] == ["sent"] * 2
        assert send(third).outcome is Outcome.SENT
        send.close()
    assert set(postman.ids().values()) == {1}
    assert postman.connections == 2


def test_with_a_slow_server_each_letter_begins_when_the_last_one_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may tell of a letter only after it has thought about the next one."""
    monkeypatch.setattr(smtp, "QUICK", 0.0)
    with waiter(GO_ON + b"250 first\r\n") as (url, heard):
        send = open_transport(url)
        assert send(LETTER, following=SECOND).detail == "250 first"
        send.close()
    assert heard.count(b"MAIL FROM") == 1


def test_a_letter_that_cannot_be_written_down_is_not_begun() -> None:
    hostile = replace(SECOND, to_address="a@b.vn>\r\nRCPT TO:<c@d.vn")
    with waiter(GO_ON + b"250 first\r\n") as (url, heard):
        send = open_transport(url)
        assert send(LETTER, following=hostile).outcome is Outcome.SENT
        assert send(hostile).outcome is Outcome.FAILED
        send.close()
    assert heard.count(b"MAIL FROM") == 1


@pytest.mark.parametrize("refusal", ["550 no such user", "450 busy"])
def test_a_server_that_takes_letters_for_nobody_gets_none(refusal: str) -> None:
    """It refuses whom the letter is for and says to go on all the same: there comes no dot."""
    with waiter(f"250 OK\r\n{refusal}\r\n354 go on\r\n".encode()) as (url, heard):
        assert open_transport(url)(LETTER).detail == refusal
    assert b"\r\n.\r\n" not in heard


def test_nobody_there_is_retried() -> None:
    assert open_transport(f"smtp://127.0.0.1:{free_port()}")(LETTER).outcome is Outcome.RETRY


@pytest.mark.parametrize("greeting", [b"421 too many connections\r\n", b"554 not today\r\n", b"what?\r\n"])
def test_a_server_that_shows_us_the_door_is_tried_again(greeting: bytes) -> None:
    with doorkeeper(greeting) as url:
        answer = open_transport(url)(LETTER)
    assert answer.outcome is Outcome.RETRY
    if greeting[:1].isdigit():
        assert answer.detail == greeting.decode().strip()


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "CONNECT_WITHIN", 0.3)
    with doorkeeper(b"") as url:
        assert open_transport(url)(LETTER).outcome is Outcome.RETRY


@pytest.mark.parametrize(
    ("phase", "outcome"), [("MAIL", Outcome.RETRY), ("RCPT", Outcome.RETRY), ("DATA", Outcome.UNCERTAIN)]
)
@BOTH_WAYS
def test_a_break_is_uncertain_only_after_the_last_line(phase: str, outcome: Outcome, pipelining: bool) -> None:
    with Postman(pipelining=pipelining) as postman:
        postman.drops.add(phase)
        assert open_transport(postman.url)(LETTER).outcome is outcome
    assert len(postman.letters) == (outcome is Outcome.UNCERTAIN)


def test_no_answer_to_the_last_line_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ANSWER_WITHIN", 0.5)
    with Postman() as postman:
        postman.stall.set()
        assert open_transport(postman.url)(LETTER).outcome is Outcome.UNCERTAIN


def test_a_server_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps every single wait short; the whole letter has its end all the same."""
    monkeypatch.setattr(smtp, "WHOLE_TRY_WITHIN", 0.6)
    with doorkeeper(b"220-", drip=b"x") as url:
        assert open_transport(url)(LETTER).outcome is Outcome.RETRY


def test_a_certificate_that_nobody_knows_is_refused() -> None:
    """Over TLS from the start and by STARTTLS; the letter waits, in the clear it never goes."""
    with Postman(certificate=True) as postman:
        answer = open_transport(f"{postman.url}?starttls=1")(LETTER)
        assert (answer.outcome, "certificate" in answer.detail.lower()) == (Outcome.RETRY, True)
        assert open_transport(postman.url.replace("smtp:", "smtps:"))(LETTER).outcome is Outcome.RETRY
    assert postman.letters == []


def test_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    with Postman(certificate=True) as postman:
        monkeypatch.setenv("SSL_CERT_FILE", str(postman.certificate))
        send = open_transport(f"{postman.url}?starttls=1")
        for n in range(2):
            answer = send(replace(LETTER, message_id=f"<{n}@example.vn>"))
            assert answer.outcome is Outcome.SENT, answer
        assert postman.connections == 2  # the greeting before TLS and the one after it
        send.close()


def test_where_encryption_is_asked_for_nothing_goes_in_the_clear() -> None:
    """The server does not offer STARTTLS: the letter waits until the setting or the server is mended."""
    with Postman() as postman:
        assert open_transport(f"{postman.url}?starttls=1")(LETTER).outcome is Outcome.RETRY
    assert postman.letters == []


def test_an_address_that_cannot_be_written_is_a_failure_not_a_crash() -> None:
    with Postman() as postman:
        for address in ("", "không có a còng", "a@b\r\nBcc: x@y.vn", "<>"):
            assert open_transport(postman.url)(replace(LETTER, to_address=address)).outcome is Outcome.FAILED
    assert postman.letters == []


def test_no_header_can_be_smuggled_in() -> None:
    hostile = replace(LETTER, to_name="A\r\nBcc: x@y.vn", subject="B\nX-Evil: 1")
    got = message_from_bytes(build(hostile), policy=policy.SMTP)
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


@BOTH_WAYS
def test_letters_of_one_sender_share_a_connection_and_outlive_it(pipelining: bool) -> None:
    with Postman(pipelining=pipelining) as postman:
        send = open_transport(postman.url)
        assert [send(replace(LETTER, message_id=f"<{n}@example.vn>")).outcome for n in range(3)] == [Outcome.SENT] * 3
        assert postman.connections == 1
        postman.hang_up()  # as a server does with who is silent for long
        assert send(replace(LETTER, message_id="<4@example.vn>")).outcome is Outcome.SENT
        assert postman.connections == 2
        postman.replies["DATA"] = "452 disk full"
        assert send(LETTER).outcome is Outcome.RETRY
        del postman.replies["DATA"]
        assert send(LETTER).outcome is Outcome.SENT
        send.close()
        assert set(postman.ids().values()) == {1}
