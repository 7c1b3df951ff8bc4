"""`tracker mail drain --loop`, the sender without a broker: killed it loses nothing, asked to end it ends cleanly."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.helpers.smtp import Postman
from tests.helpers.stack import PYTHON, Stack, until
from tests.tasks.test_faults import ALL, SWEEP, UNSENT, _leave, _nothing_lost
from tracker.local.postgres import PostgresServer

pytestmark = pytest.mark.faults

LOOP = [*PYTHON, "tracker", "mail", "drain", "--loop"]
CLAIMED = "SELECT count(*) FROM outbox WHERE state = 'sending'"


@pytest.fixture
def postman() -> Iterator[Postman]:
    with Postman() as postman:
        yield postman


@pytest.fixture
def stack(database_url: str, postman: Postman, tmp_path: Path) -> Iterator[Stack]:
    """Mails are due, and nobody answers where the broker should be."""
    _leave(database_url, 6)
    with Stack(tmp_path, database_url, "redis://127.0.0.1:1/0", postman.url) as stack:
        stack.tracker(*SWEEP)
        assert stack.value(ALL) > 3
        yield stack


def test_it_sends_what_falls_due_later_too(stack: Stack, postman: Postman) -> None:
    stack.start("loop", command=LOOP)
    assert until(lambda: stack.value(UNSENT) == 0, 30), stack.logs()
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("UPDATE outbox SET state = 'queued', sent_at = NULL WHERE id = (SELECT min(id) FROM outbox)")
    assert until(lambda: stack.value(UNSENT) == 0, 30), stack.logs()


def test_killed_while_the_server_holds_a_mail(stack: Stack, postman: Postman) -> None:
    postman.stall.set()
    stack.start("loop", command=LOOP)
    assert postman.holding.wait(30), stack.logs()
    stack.kill("loop")
    postman.stall.clear()
    assert stack.value(CLAIMED) >= 1
    stack.start("loop", command=LOOP)
    assert until(lambda: stack.value(UNSENT) == 0, 30), stack.logs()
    _nothing_lost(stack, postman)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_settles_the_mail_in_hand_and_gives_back_the_rest(
    stack: Stack, postman: Postman, number: signal.Signals
) -> None:
    postman.stall.set()
    loop = stack.start("loop", command=LOOP)
    assert postman.holding.wait(30), stack.logs()
    loop.send_signal(number)
    postman.stall.clear()
    assert loop.wait(20) == 0, stack.logs()
    assert stack.value(CLAIMED) == 0
    assert stack.value("SELECT count(*) FROM outbox WHERE state = 'sent'") == 1
    assert stack.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND attempts > 0") == 0
    stack.tracker("mail", "drain")
    _nothing_lost(stack, postman, most_extra=0)


def test_asked_to_end_while_it_rests(stack: Stack, postman: Postman) -> None:
    loop = stack.start("loop", command=LOOP)
    assert until(lambda: stack.value(UNSENT) == 0, 30), stack.logs()
    loop.terminate()
    assert loop.wait(20) == 0, stack.logs()


def test_it_outlives_the_database(postgres: PostgresServer, stack: Stack, postman: Postman) -> None:
    """Every connection is cut, as a restart of the server cuts it; what is due afterwards is sent."""
    loop = stack.start("loop", command=LOOP)
    assert until(lambda: stack.value(UNSENT) == 0, 30), stack.logs()
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        name = stack.database_url.rpartition("/")[2].partition("?")[0]
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        assert until(lambda: "database_unreachable" in stack.log("loop").read_text(), 30), stack.logs()
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("UPDATE outbox SET state = 'queued', sent_at = NULL WHERE id = (SELECT min(id) FROM outbox)")
    assert until(lambda: stack.value(UNSENT) == 0, 30), stack.logs()
    assert loop.poll() is None
