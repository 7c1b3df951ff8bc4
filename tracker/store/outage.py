"""Telling a database that cannot be reached from a statement that failed."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
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
