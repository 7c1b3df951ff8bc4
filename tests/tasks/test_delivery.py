"""One run of a sender against a real mail server: what it settles, and where it stops."""

from collections import Counter
from contextlib import closing
from threading import Timer

import psycopg
import pytest
from flask import Flask

from tests.helpers.smtp import BOTH_WAYS, Postman
from tracker import delivery
from tracker.acting import acting
from tracker.extensions import db
from tracker.mail.message import Letter, new_message_id
from tracker.services.context import Context
from tracker.store.sender import SENDERS, Sender

PUT = """
    INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body, html_body, state)
    VALUES ('fault', %s, %s, %s, 'Trưởng phòng', 'Thử', 'Thử.', '<p>Thử.</p>', 'queued')
"""


def put(url: str, number: int, address: str = "truong@example.vn") -> list[str]:
    """Mails that are due; their Message-IDs."""
    ids = [new_message_id("giao-viec@example.vn") for _ in range(number)]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany(PUT, [(one, one, address) for one in ids])
    return ids


def states(url: str) -> Counter[str]:
    with psycopg.connect(url) as connection:
        return Counter(state for (state,) in connection.execute("SELECT state FROM outbox"))


def tries(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute("SELECT attempts FROM outbox")]


def deliver(app: Flask, postman: Postman) -> int:
    with app.app_context():
        return delivery.deliver_due(postman.url, acting)


@BOTH_WAYS
def test_all_that_is_due_goes_out_once(app: Flask, database_url: str, pipelining: bool) -> None:
    ids = put(database_url, 50)
    with Postman(pipelining=pipelining) as postman:
        assert deliver(app, postman) == 50
        assert deliver(app, postman) == 0
    assert postman.ids() == Counter(ids)
    assert postman.connections == 1
    assert states(database_url) == {"sent": 50}


@BOTH_WAYS
def test_a_sender_without_its_session_stops_after_the_letter_in_hand(
    app: Flask, database_url: str, pipelining: bool
) -> None:
    """Its other claims are anybody's by then: sending on would send them twice."""
    ids = put(database_url, 30)
    end = f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = {SENDERS}"

    class CutsOff(Postman):
        async def handle_DATA(self, *about: object) -> str:
            if len(self.letters) == 5:
                with psycopg.connect(database_url) as connection:
                    connection.execute(end.encode())
            return await super().handle_DATA(*about)  # type: ignore[arg-type]

    with CutsOff(pipelining=pipelining) as postman:
        assert deliver(app, postman) == 6
        assert states(database_url) == {"sent": 6, "sending": 14, "queued": 10}
        assert deliver(app, postman) == 24  # at once: nothing waits for a lease
    assert postman.ids() == Counter(ids)


@BOTH_WAYS
def test_no_letter_is_handed_over_before_the_last_one_is_written_down(
    app: Flask, database_url: str, pipelining: bool
) -> None:
    """Or a sender that is killed between the two would send both again."""
    ids = put(database_url, 5)
    arrived = []

    class Holds(Postman):
        """The row of the first letter is held for half a second after it arrived."""

        async def handle_DATA(self, *about: object) -> str:
            answer = await super().handle_DATA(*about)  # type: ignore[arg-type]
            if len(self.letters) == 1:
                held = psycopg.connect(database_url)
                held.execute("SELECT id FROM outbox ORDER BY id LIMIT 1 FOR UPDATE")
                Timer(0.5, lambda: (arrived.append(len(self.letters)), held.close())).start()
            return answer

    with Holds(pipelining=pipelining) as postman:
        assert deliver(app, postman) == 5
    assert arrived == [1]
    assert postman.ids() == Counter(ids)
    assert states(database_url) == {"sent": 5}


def test_a_run_ends_before_celery_would_end_it(app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tarpit: what is claimed and not begun goes back."""
    put(database_url, 30)
    monkeypatch.setattr(delivery, "LONGEST", 0.3)
    with Postman(slowly=0.1) as postman:
        tried = deliver(app, postman)
    assert 0 < tried < 20
    assert states(database_url) == {"sent": tried, "queued": 30 - tried}


def test_what_a_slow_server_has_not_taken_is_given_back_and_less_is_claimed(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = put(database_url, 70)
    claimed: list[int] = []
    claim = delivery.claim

    def watched(ctx: Context, sender: int, most: int = 1) -> list[tuple[int, Letter]]:
        found = claim(ctx, sender, most)
        claimed.append(len(found))
        return found

    monkeypatch.setattr(delivery, "claim", watched)
    monkeypatch.setattr(delivery, "AT_LENGTH", 0.3)

    class Slows(Postman):
        async def handle_DATA(self, *about: object) -> str:
            self.slowly = 0.05 if len(self.letters) >= 30 else 0.0
            return await super().handle_DATA(*about)  # type: ignore[arg-type]

    with Slows() as postman:
        assert deliver(app, postman) == 70
    assert postman.ids() == Counter(ids)
    assert claimed[0] == delivery.FEW
    assert claimed[1] > delivery.FEW  # as fast as it went
    assert max(claimed[3:]) == delivery.FEW
    assert set(tries(database_url)) == {1}


LATE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'too late'; END $$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON mail_tries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse();
"""


def test_what_was_done_and_could_not_be_committed_is_not_settled(app: Flask, database_url: str) -> None:
    """The database tells of the statement first and of its commit afterwards."""
    put(database_url, 1)
    with psycopg.connect(database_url) as connection:
        connection.execute(LATE)
    with app.app_context(), closing(Sender(db.engine)) as sender:
        with acting() as ctx:
            ((mail_id, _letter),) = delivery.claim(ctx, sender.number)
        sender.begin_sent(mail_id, "250 OK")
        with pytest.raises(psycopg.Error, match="too late"):
            sender.was_sent()
    assert states(database_url) == {"sending": 1}


def test_a_sender_that_cannot_settle_sends_nothing(app: Flask, database_url: str) -> None:
    put(database_url, 1)
    with psycopg.connect(database_url) as connection:
        connection.execute("ALTER TABLE mail_tries RENAME TO gone")
    with Postman() as postman, pytest.raises(psycopg.errors.UndefinedTable):
        deliver(app, postman)
    assert postman.letters == []
    assert states(database_url) == {"queued": 1}
