"""Notifications as mail servers write them: what is read from each, and what is none."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.mail.bounce import MOST_BYTES, Action, read_bounce

FOLDER = Path(__file__).with_name("bounces")
MESSAGE_ID = "<176395120112.2041.8837164520913@tanyen.example.vn>"
TO = "truong.p-yte@yte.example.vn"
# Action, status, whether the letter is given up for good, whether its address is to blame.
READ = {
    "postfix-unknown-user": (Action.FAILED, "5.1.1", True, True),
    "postfix-full-mailbox": (Action.FAILED, "5.2.2", True, False),
    "postfix-delayed": (Action.DELAYED, "4.4.1", False, False),
    "postfix-expired": (Action.FAILED, "4.4.1", False, False),
    "postfix-delivered": (Action.DELIVERED, "2.0.0", False, False),
    "vietnamese-subject": (Action.FAILED, "5.1.1", True, True),
    "exim-report": (Action.FAILED, "5.1.1", True, True),
    "exim-plain": (Action.FAILED, "5.1.1", True, True),
    "qmail": (Action.FAILED, "5.1.1", True, True),
    "exchange-online": (Action.FAILED, "5.1.10", True, True),
    "gmail": (Action.FAILED, "5.7.26", True, False),
    "opensmtpd": (Action.FAILED, "5.1.2", True, True),
}
NONE = [
    "not-out-of-office",
    "not-answer-with-report",
    "not-read-receipt",
    "damaged-cut-in-report",
    "damaged-no-boundary",
    "without-letter",
]


def raw(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


@pytest.mark.parametrize("crlf", [False, True])
@pytest.mark.parametrize("name", READ)
def test_read(name: str, crlf: bool) -> None:
    bounce = read_bounce(raw(name).replace(b"\n", b"\r\n") if crlf else raw(name))
    assert bounce is not None
    assert (bounce.action, bounce.status, bounce.permanent, bounce.dead_address) == READ[name]
    assert bounce.message_id == MESSAGE_ID
    assert bounce.recipient.lower() == TO


@pytest.mark.parametrize("name", NONE)
def test_not_read(name: str) -> None:
    assert read_bounce(raw(name)) is None


def test_every_example_is_looked_at() -> None:
    others = {"postfix-forwarded", "two-recipients"}
    assert {path.stem for path in FOLDER.iterdir()} == {*READ, *NONE, *others}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("postfix-unknown-user", "User unknown in virtual mailbox table"),
        ("postfix-delayed", "connect to mx.yte.example.vn[203.0.113.25]:25: Connection timed out"),
        ("exim-plain", "550 No such user here"),
        ("qmail", "Sorry, no mailbox here by that name. (#5.1.1)"),
        ("exchange-online", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient"),
    ],
)
def test_the_servers_words_in_one_line(name: str, words: str) -> None:
    bounce = read_bounce(raw(name))
    assert bounce is not None
    assert words in bounce.diagnostic
    assert bounce.diagnostic.isprintable()
    assert "Message-ID" not in bounce.diagnostic


def test_the_worst_of_several_recipients_counts() -> None:
    bounce = read_bounce(raw("two-recipients"))
    assert bounce is not None
    assert (bounce.recipient, bounce.action, bounce.status) == ("pho.p-yte@yte.example.vn", Action.FAILED, "5.2.1")


def test_whom_it_was_forwarded_to_is_the_recipient_then() -> None:
    bounce = read_bounce(raw("postfix-forwarded"))
    assert bounce is not None
    assert (bounce.message_id, bounce.recipient) == (MESSAGE_ID, "nguyen.van.a.1975@gmail.example")


def test_a_failure_without_any_figure_is_not_for_good() -> None:
    bounce = read_bounce(raw("exim-plain").replace(b"550 No such user here", b"retry timeout exceeded"))
    assert bounce is not None
    assert (bounce.action, bounce.status, bounce.permanent) == (Action.FAILED, "", False)


def test_a_delay_is_never_for_good() -> None:
    bounce = read_bounce(raw("postfix-delayed").replace(b"Status: 4.4.1", b"Status: 5.1.1"))
    assert bounce is not None
    assert (bounce.status, bounce.permanent, bounce.dead_address) == ("5.1.1", False, False)


@pytest.mark.parametrize("left", ["X-Original-Message-ID", "In-Reply-To", "References"])
def test_without_the_letter_its_id_stands_elsewhere(left: str) -> None:
    names = [name.encode() for name in ("X-Original-Message-ID", "In-Reply-To", "References") if name != left]
    lines = [line for line in raw("gmail").splitlines(keepends=True) if line.split(b":")[0] not in names]
    bounce = read_bounce(b"".join(lines))
    assert bounce is not None
    assert bounce.message_id == MESSAGE_ID


def test_the_letter_is_not_the_servers_words() -> None:
    head, body = raw("exim-plain").split(b"\n\n", 1)
    above, below = body.split(b"------ This is", 1)
    bounce = read_bounce(head + b"\n\n" + above.replace(TO.encode(), b"(no name)") + b"------ This is" + below)
    assert bounce is not None
    assert (bounce.recipient, bounce.diagnostic) == (TO, "")


def test_a_number_in_the_words_is_not_a_status() -> None:
    mail = raw("exim-plain").replace(b"550 No such user here", b"Exim 4.97.1 at 5.1.1.9 gave up")
    bounce = read_bounce(mail)
    assert bounce is not None
    assert bounce.status == ""


def test_the_senders_domain_is_not_the_recipients_address() -> None:
    mail = raw("exim-plain").replace(b"550 No such user here", b"550 tanyen.example.vn does not exist")
    bounce = read_bounce(mail)
    assert bounce is not None
    assert (bounce.permanent, bounce.dead_address) == (True, False)


@pytest.mark.parametrize("name", ["exim-plain", "qmail", "opensmtpd"])
def test_a_person_who_writes_like_a_server_is_not_one(name: str) -> None:
    lines = [line for line in raw(name).splitlines(keepends=True) if not line.lower().startswith(b"return-path: <>")]
    mail = b"Return-Path: <ai.do@example.vn>\n" + b"".join(lines)
    assert read_bounce(mail) is None


def test_one_notification_has_one_key() -> None:
    first, again, other = (read_bounce(raw(name)) for name in ("qmail", "qmail", "gmail"))
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.key == again.key != other.key


def test_ten_megabytes_are_read_no_further_than_the_headers() -> None:
    head, _, _ = raw("exim-report").partition(b"--===============0512847==\n")
    mail = head + b"A" * 76 + b"\n" + (b"0123456789abcdef" * 5 + b"\n") * 130_000
    assert len(mail) > 10_000_000
    began = time.perf_counter()
    bounce = read_bounce(mail)
    assert time.perf_counter() - began < 1
    assert bounce is not None
    assert bounce.message_id == MESSAGE_ID
    assert bounce == read_bounce(mail[:MOST_BYTES])


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\x00" * 1000,
        b"Content-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: multipart/report; boundary=x; a*0*=%FF\n\n--x\nContent-Type: message/delivery-status\n",
        b"".join(b'Content-Type: multipart/report; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(4000)),
        b"Content-Type: message/rfc822\n\n" * 8000,
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\n" * 40_000,
        b"Return-Path: <>\nX-Failed-Recipients: " + b"a" * 250_000,
        b"Return-Path: <>\n\nHi. This is the" + b"<a@b>:\n" * 30_000,
        b"Return-Path: <>\nX-Failed-Recipients: a@b\n\n" + b"-" * 250_000,
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nA: b\n\n"
        + b"Action: failed\nDiagnostic-Code: smtp; 550 user"
        + b" user" * 40_000
        + b"\n--x--\n",
    ],
)
def test_hostile_mails_end_soon_and_quietly(mail: bytes) -> None:
    began = time.process_time()  # of this process alone: what else the machine does counts for nothing
    assert read_bounce(mail) is None
    assert time.process_time() - began < 5


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(READ)), st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=6)), max_size=8))
def test_damage_never_raises(name: str, damage: list[tuple[int, bytes]]) -> None:
    mail = bytearray(raw(name))
    for at, what in damage:
        mail[at : at + len(what)] = what
    read_bounce(bytes(mail))
