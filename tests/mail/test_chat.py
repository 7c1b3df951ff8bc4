"""Apprise in its own process, against a real receiver: what its answers mean, and where it may not go."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.receiver import Receiver
from tests.helpers.stack import until
from tracker.config import ROOT
from tracker.mail import chat
from tracker.mail.answer import Outcome
from tracker.mail.chat import Message, Messenger
from tracker.mail.chat_child import outside


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def tell() -> Iterator[Messenger]:
    with closing(Messenger()) as messenger:
        yield messenger


def to(address: str, *, trusted: bool = True) -> Message:
    return Message(address, trusted, "[Giao Việc] Đôn đốc: Báo cáo", "https://giaoviec.example.vn/assignments/1")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.SENT), (204, Outcome.SENT), (500, Outcome.RETRY), (503, Outcome.RETRY), (429, Outcome.RETRY),
        (403, Outcome.FAILED), (404, Outcome.FAILED),
    ],
)  # fmt: skip
def test_answers(tell: Messenger, receiver: Receiver, status: int, outcome: Outcome) -> None:
    receiver.status = status
    answer = tell(to(receiver.url))
    assert (answer.outcome, answer.detail) == (outcome, str(status))
    assert receiver.messages[0]["title"] == "[Giao Việc] Đôn đốc: Báo cáo"
    assert receiver.messages[0]["message"] == "https://giaoviec.example.vn/assignments/1"


def test_who_never_answers_may_have_it(tell: Messenger, receiver: Receiver) -> None:
    receiver.silent = True
    assert tell(to(f"{receiver.url}?rto=0.3")).outcome is Outcome.UNCERTAIN
    assert len(receiver.messages) == 1


def test_who_outlasts_all_patience_is_left(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the address asks for; the next message finds a new process."""
    monkeypatch.setattr(chat, "ANSWER_WITHIN", 0.5)
    with closing(Messenger()) as tell:
        receiver.silent = True
        assert tell(to(f"{receiver.url}?rto=600")).outcome is Outcome.UNCERTAIN
        receiver.silent = False
        monkeypatch.setattr(chat, "ANSWER_WITHIN", 30.0)
        assert tell(to(receiver.url)).outcome is Outcome.SENT


def test_nobody_there_is_tried_again(tell: Messenger) -> None:
    assert tell(to("json://127.0.0.1:1/")).outcome is Outcome.RETRY
    assert tell(to("json://nobody.invalid/")).outcome is Outcome.RETRY


def test_an_address_that_is_gone_or_nonsense_fails(tell: Messenger) -> None:
    assert tell(to("")).outcome is Outcome.FAILED
    assert tell(to("tgram://nonsense")).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"]
)
def test_who_is_not_trusted_reaches_no_host_of_the_house(tell: Messenger, receiver: Receiver, host: str) -> None:
    """By number, by name, or by what a name leads to."""
    answer = tell(to(receiver.url.replace("127.0.0.1", host), trusted=False))
    assert answer.outcome is not Outcome.SENT
    assert receiver.messages == []


def test_trust_ends_with_the_message(tell: Messenger, receiver: Receiver) -> None:
    assert tell(to(receiver.url)).outcome is Outcome.SENT
    assert tell(to(receiver.url, trusted=False)).detail == "an address inside the house"
    assert len(receiver.messages) == 1


@pytest.mark.parametrize(
    ("address", "open_net"),
    [
        (("8.8.8.8", 443), True), (("2001:4860:4860::8888", 443, 0, 0), True), (("10.1.2.3", 80), False),
        (("192.168.1.1", 80), False), (("169.254.169.254", 80), False), (("100.64.0.1", 80), False),
        (("::ffff:10.0.0.1", 80, 0, 0), False), (("2002:0a00:0001::", 80, 0, 0), False), (("fe80::1%eth0", 80), False),
        (("fd00::1", 80, 0, 0), False), (("224.0.0.1", 80), False), (("localhost", 80), False), ("/run/x.sock", False),
    ],
)  # fmt: skip
def test_outside(address: Any, open_net: bool) -> None:
    assert outside(address) is open_net


def test_nothing_that_is_said_holds_any_part_of_an_address(
    tell: Messenger, receiver: Receiver, capfd: pytest.CaptureFixture[str]
) -> None:
    details = []
    for status in (200, 403, 500):
        receiver.status = status
        details.append(tell(to(receiver.url.replace("notify", "MATKHAU"))).detail)
    details.append(tell(to("json://MATKHAU.invalid/MATKHAU")).detail)
    assert "MATKHAU" not in repr([details, to("json://MATKHAU")])
    assert "MATKHAU" not in "".join(capfd.readouterr())


def test_it_knows_nothing_of_this_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    with closing(Messenger()) as messenger:
        assert messenger.understands("tgram://123456789:abcdefg_hijklmnop/12315544/")
        assert messenger._child is not None
        assert b"SECRET_KEY" not in Path(f"/proc/{messenger._child.pid}/environ").read_bytes()


def test_it_ends_with_its_sender(receiver: Receiver) -> None:
    """Killed with `kill -9` a sender cannot say goodbye."""
    script = (
        "import sys, time; from tracker.mail.chat import Message, Messenger\n"
        "messenger = Messenger(); messenger(Message(sys.argv[1], True, 'x', 'x'))\n"
        "print(messenger._child.pid, flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, receiver.url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as sender:
        assert sender.stdout is not None
        status = Path(f"/proc/{int(sender.stdout.readline())}/status")
        assert "zombie" not in status.read_text()
        sender.kill()
    assert until(lambda: not status.exists() or "zombie" in status.read_text())
