"""Connections that keep what they have prepared."""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Executable, Result
from sqlalchemy.orm import Session


class Connection(psycopg.Connection[Any]):
    """A page that only reads ends with ROLLBACK, at which psycopg forgets its prepared statements, for a rollback may
    undo a CREATE TABLE. Nothing here creates tables while it serves, so the server keeps its plans: a third of a page.
    """

    def rollback(self) -> None:
        with self.lock:
            plain = not (self._num_transactions or self._tpc or self._pipeline)
            in_order = plain and self.pgconn.transaction_status == TransactionStatus.INTRANS
            if in_order and self.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK:
                return
        super().rollback()


def connect(_dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]) -> Connection:
    """For SQLAlchemy's event `do_connect`."""
    return Connection.connect(*arguments, **named)


def rows(session: Session, statement: Executable, values: dict[str, Any]) -> Result[Any]:
    """Columns of a statement that names mapped classes, without what the session does to load objects: a fifth of a
    short one's time. What the session holds unwritten is written first, as it does itself."""
    session.flush()
    return session.connection().execute(statement, values)
