"""Telling a database that cannot be reached from a statement that failed, and a connection that is dead."""

import select
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

# Classes of PostgreSQL's answers: connection lost; shutting down, starting, crashed; too many connections.
_STATES = ("08", "57P", "53300")


def database_down(error: BaseException | None) -> bool:
    """Whether trying again in a little while is all that there is to do."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # no server said it: there was none to say so
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return bool(error.connection_invalidated) or state.startswith(_STATES)


def refuse_dead(connection: psycopg.Connection[Any], *_: object) -> None:
    """For the pool, at each checkout. A server that goes away closes its connections, and a closed one is readable
    while nothing was asked: seen without the round trip of a ping. The pool then opens new ones, so the first request
    after the database is back works. Raises InvalidatePoolError.
    """
    try:
        look = select.poll()
        look.register(connection.fileno(), select.POLLIN)
        dead = bool(look.poll(0))
    except psycopg.OperationalError:  # closed on our side already
        dead = True
    if dead:
        raise InvalidatePoolError
