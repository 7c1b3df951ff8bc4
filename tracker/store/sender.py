"""A sender of mail as a session of the database: what it has claimed is its own for as long as that session lives."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import randbelow
from select import POLLIN, poll

import psycopg
from psycopg import pq
from sqlalchemy import Engine

# First key of the advisory locks by which senders are known to live; the second is the sender's own number.
SENDERS = 6_210_713
# Seconds. The database ends the session of a sender that was silent for so long: longer than one try, whatever hangs.
SILENT_FOR = 60

# The usual case in one statement on the sender's own session, which commits by itself: one trip a letter.
_NAME = b"sent"
_SENT = b"""
    WITH done AS (
        UPDATE outbox SET state = 'sent', sent_at = clock_timestamp(), sender = NULL
        WHERE id = $1::integer AND sender = $2::integer AND state = 'sending' RETURNING id
    )
    INSERT INTO mail_tries (outbox_id, at, answer, detail) SELECT id, clock_timestamp(), 'sent', $3::text FROM done
"""


class SessionLost(Exception):
    """The database or the way to it went away: this sender has no claims any more."""


class Sender:
    """Holds a connection of its own with a lock on `number`; killed, cut off or closed, its claims are free at once.

    `begin_sent`, `was_sent` and `check` raise SessionLost: then nothing more may be sent.
    """

    def __init__(self, engine: Engine) -> None:
        held = engine.connect()  # where nothing answers, it says so as every other statement does
        connection = held.connection.driver_connection
        held.detach()  # never back into the pool with its lock
        assert isinstance(connection, psycopg.Connection)
        self._held = held
        self._connection = connection
        self.number = randbelow(2**31 - 1) + 1
        try:
            connection.autocommit = True
            connection.execute("SELECT set_config('idle_session_timeout', %s, false)", (f"{SILENT_FOR}s",))
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (SENDERS, self.number))
            self._server = connection.pgconn
            self._server.prepare(_NAME, _SENT)
            self._ready = poll()
            self._ready.register(self._server.socket, POLLIN)
        except BaseException:
            self.close()
            raise

    def begin_sent(self, mail_id: int, detail: str) -> None:
        """Begins to settle a letter that was taken; whoever begins must ask `was_sent` before anything else."""
        with _session_or_lost():
            values = str(mail_id), str(self.number), detail
            self._server.send_query_prepared(_NAME, [value.encode() for value in values])

    def was_sent(self) -> bool:
        """Waits until that is committed; False when the row is no longer this sender's."""
        with _session_or_lost():
            while self._server.is_busy():
                self._ready.poll()
                self._server.consume_input()
            result = self._server.get_result()
            assert result is not None
            while self._server.get_result():
                pass
            if result.status != pq.ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(result)
            return result.command_tuples == 1

    def check(self) -> None:
        """Whether the claims still hold."""
        with _session_or_lost():
            self._connection.execute("SELECT")

    def close(self) -> None:
        with suppress(psycopg.Error):
            self._connection.close()


@contextmanager
def _session_or_lost() -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise SessionLost from error
