"""A sender of mail as a session of the database: what it has claimed is its own for as long as that session lives."""

from contextlib import suppress
from secrets import randbelow
from typing import Any

import psycopg
from sqlalchemy import Engine

# First key of the advisory locks by which senders are known to live; the second is the sender's own number.
SENDERS = 6_210_713
# Seconds. The database ends the session of a sender that was silent for so long: longer than one try, whatever hangs.
SILENT_FOR = 60

# The usual case in one statement on the sender's own session, which commits by itself: one trip a letter.
_SENT = """
    WITH done AS (
        UPDATE outbox SET state = 'sent', sent_at = clock_timestamp(), sender = NULL
        WHERE id = %s AND sender = %s AND state = 'sending' RETURNING id
    )
    INSERT INTO mail_tries (outbox_id, at, answer, detail) SELECT id, clock_timestamp(), 'sent', %s FROM done
"""


class SessionLost(Exception):
    """The database or the way to it went away: this sender has no claims any more."""


class Sender:
    """Holds a connection of its own with a lock on `number`; killed, cut off or closed, its claims are free at once.

    `sent` and `check` raise SessionLost: then nothing more may be sent.
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
        except BaseException:
            self.close()
            raise

    def sent(self, mail_id: int, detail: str) -> bool:
        """Settles a letter that was taken; False when the row is no longer this sender's."""
        return self._execute(_SENT, (mail_id, self.number, detail)).rowcount == 1

    def check(self) -> None:
        """Whether the claims still hold."""
        self._execute("SELECT", ())

    def _execute(self, statement: str, values: tuple[object, ...]) -> psycopg.Cursor[Any]:
        try:
            return self._connection.execute(statement.encode(), values)
        except psycopg.OperationalError as error:
            raise SessionLost from error

    def close(self) -> None:
        with suppress(psycopg.Error):
            self._connection.close()
