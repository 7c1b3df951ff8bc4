"""Messages to chats by the real sender, to a real receiver: none lost, at most one twice for each killed sender."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from tests.helpers.receiver import Receiver
from tests.helpers.smtp import Postman
from tests.helpers.stack import PYTHON, Stack, until
from tests.tasks.test_delivery import deliver, put
from tracker.store.sender import SENDERS

LOOP = [*PYTHON, "tracker", "mail", "drain", "--loop"]
STATES = "SELECT state FROM outbox WHERE channel = 'chat'"
WAITING = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')"
DUE_NOW = "UPDATE outbox SET not_before = now() WHERE state = 'queued'"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def postman() -> Iterator[Postman]:
    with Postman() as postman:
        yield postman


def tell(url: str, receiver: Receiver, number: int, *, by_admin: bool = True, more: str = "") -> None:
    """Messages that are due, to a person whose address is the receiver's."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO chat_addresses (user_id, address, scheme, by_admin, set_at)"
            " SELECT id, %s, 'json', %s, now() FROM users WHERE login = 'truong.p-yte'",
            (receiver.url + more, by_admin),
        )
        connection.execute(
            "INSERT INTO outbox (kind, channel, dedupe_key, message_id, recipient_id, to_address, to_name, subject,"
            " text_body, html_body, state) SELECT 'chased', 'chat', 'k' || n, 'm' || n, u.id, 'json://…', 'x',"
            " 'Tin ' || n, 'http://x', '', 'queued' FROM users AS u, generate_series(1, %s) AS n"
            " WHERE u.login = 'truong.p-yte'",
            (number,),
        )


def states(url: str) -> Counter[str]:
    with psycopg.connect(url) as connection:
        return Counter(state for (state,) in connection.execute(STATES))


def due_now(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(DUE_NOW)


def told(receiver: Receiver) -> Counter[str]:
    return Counter(message["title"] for message in receiver.messages)


def test_both_channels_in_one_run_mails_first(
    app: Flask, database_url: str, receiver: Receiver, postman: Postman
) -> None:
    tell(database_url, receiver, 3)
    put(database_url, 3)
    assert deliver(app, postman) == 6
    assert (len(postman.letters), len(receiver.messages)) == (3, 3)
    assert states(database_url) == {"sent": 3}
    assert deliver(app, postman) == 0


def test_answers_of_500_are_tried_again_until_it_works(
    app: Flask, database_url: str, receiver: Receiver, postman: Postman
) -> None:
    tell(database_url, receiver, 1)
    receiver.status = 500
    for attempt in range(1, 4):
        assert deliver(app, postman) == 1
        assert states(database_url) == {"queued": 1}
        assert len(receiver.messages) == attempt
        assert deliver(app, postman) == 0  # it rests
        due_now(database_url)
    receiver.status = 200
    assert deliver(app, postman) == 1
    assert states(database_url) == {"sent": 1}
    with psycopg.connect(database_url) as connection:
        tries = connection.execute("SELECT answer, detail FROM mail_tries ORDER BY id").fetchall()
    assert tries == [("retry", "500")] * 3 + [("sent", "200")]


def test_a_receiver_that_never_answers_is_asked_twice_and_then_shown(
    app: Flask, database_url: str, receiver: Receiver, postman: Postman
) -> None:
    """It may have the message: as with a mail server that broke off after the last line."""
    receiver.silent = True
    tell(database_url, receiver, 1, more="?rto=0.2")
    for state in ("queued", "uncertain"):
        assert deliver(app, postman) == 1
        assert states(database_url) == {state: 1}
        due_now(database_url)
    assert deliver(app, postman) == 0
    assert told(receiver) == {"Tin 1": 2}


def test_a_slow_chat_holds_up_no_mail(app: Flask, database_url: str, receiver: Receiver, postman: Postman) -> None:
    """What falls due while one message is under way goes before the next message."""
    tell(database_url, receiver, 3)

    def mail_comes(*_: object) -> None:
        if len(receiver.messages) == 1:
            put(database_url, 1)

    order: list[str] = []

    class Noting(Postman):
        async def handle_DATA(self, *about: object) -> str:
            order.append(f"mail after {len(receiver.messages)}")
            return await super().handle_DATA(*about)  # type: ignore[arg-type]

    original = receiver.holding.set
    receiver.holding.set = lambda: (mail_comes(), original())[1]  # type: ignore[method-assign]
    with Noting() as noting:
        assert deliver(app, noting) == 4
    assert order == ["mail after 1"]


def test_an_address_that_leads_inside_reaches_nothing(
    app: Flask, database_url: str, receiver: Receiver, postman: Postman
) -> None:
    """Of somebody who is no administrator, whatever the setting allows."""
    tell(database_url, receiver, 1, by_admin=False)
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"chat_schemes": "json"})
    assert deliver(app, postman) == 1
    assert receiver.messages == []
    assert states(database_url) == {"failed": 1}


@pytest.mark.faults
def test_killed_while_the_receiver_holds_a_message(
    database_url: str, receiver: Receiver, postman: Postman, tmp_path: Path
) -> None:
    tell(database_url, receiver, 5, more="?rto=20")
    with Stack(tmp_path, database_url, "redis://127.0.0.1:1/0", postman.url) as stack:
        receiver.silent = True
        stack.start("loop", command=LOOP)
        assert receiver.holding.wait(30), stack.logs()
        stack.kill("loop")
        receiver.silent = False
        assert until(lambda: stack.value(f"SELECT count(*) FROM pg_locks WHERE classid = {SENDERS}") == 0)
        assert stack.value("SELECT count(*) FROM outbox WHERE state = 'sending'") == 1
        stack.start("loop", command=LOOP)
        assert until(lambda: stack.value(WAITING) == 0, 40), stack.logs()
        assert states(database_url) == {"sent": 5}
        assert told(receiver) == {"Tin 1": 2, **{f"Tin {n}": 1 for n in range(2, 6)}}
        assert "/notify" not in stack.log("loop").read_text()


@pytest.mark.faults
def test_no_log_tells_the_address(database_url: str, receiver: Receiver, postman: Postman, tmp_path: Path) -> None:
    """At the most talkative level, of what works and of what fails."""
    tell(database_url, receiver, 2)
    receiver.status = 500
    with Stack(tmp_path, database_url, "redis://127.0.0.1:1/0", postman.url, LOG_LEVEL="DEBUG") as stack:
        done = stack.tracker("mail", "drain")
        assert len(receiver.messages) == 2
        assert "/notify" not in done.stdout + done.stderr
