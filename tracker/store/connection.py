"""Connections that keep what they have prepared."""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus


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
