"""A sender of mail as a session of the database: what it has claimed is its own for as long as that session lives."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import randbelow

import psycopg
from psycopg import pq
from psycopg.generators import execute
from sqlalchemy import Engine

# First key of the advisory locks by which senders are known to live; the second is the sender's own number.
SENDERS = 6_210_713
# Seconds. The database ends the session of a sender that was silent for so long: longer than one try, whatever hangs.
SILENT_FOR = 60

# The usual case in one statement on the sender's own session, which commits by itself: one trip a letter.
_NAME = b"sent"
_PREPARE = b"""
    PREPARE sent (integer, integer, text) AS
    WITH done AS (
        UPDATE outbox SET state = 'sent', sent_at = clock_timestamp(), sender = NULL
        WHERE id = $1 AND sender = $2 AND state = 'sending' RETURNING id
    )
    INSERT INTO mail_tries (outbox_id, at, answer, detail) SELECT id, clock_timestamp(), 'sent', $3 FROM done
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
        self._pgconn = connection.pgconn
        self.number = randbelow(2**31 - 1) + 1
        try:
            connection.autocommit = True
            connection.execute("SELECT set_config('idle_session_timeout', %s, false)", (f"{SILENT_FOR}s",))
            connection.execute("SELECT pg_advisory_lock(%s, %s)", (SENDERS, self.number))
            connection.execute(_PREPARE)
        except BaseException:
            self.close()
            raise

    def begin_sent(self, mail_id: int, detail: str) -> None:
        """Begins to settle a letter that was taken; whoever begins must ask `was_sent` before anything else."""
        values = str(mail_id), str(self.number), detail
        with _session_or_lost():
            self._pgconn.send_query_prepared(_NAME, [value.encode() for value in values])

    def was_sent(self) -> bool:
        """Waits until that is committed; False when the row is no longer this sender's."""
        with _session_or_lost():
            # All results: the statement may be done and its commit, which is told of by a second one, not.
            results = self._connection.wait(execute(self._pgconn))
            for result in results:
                if result.status != pq.ExecStatus.COMMAND_OK:
                    if self._pgconn.status == pq.ConnStatus.BAD:
                        raise psycopg.OperationalError("the session ended")
                    raise psycopg.errors.error_from_result(result)
        settled: bool = results[0].command_tuples == 1
        return settled

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
