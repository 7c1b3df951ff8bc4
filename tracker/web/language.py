"""The reader's language, and its texts. Flask-Babel looks its catalogue up anew for every text; a page has hundreds."""

from contextvars import ContextVar
from typing import Any

from flask import appcontext_pushed, g, session
from flask_babel import get_translations, refresh

LOCALES = ("vi", "en")


def locale() -> str:
    """The person's choice; Vietnamese for everybody else, whatever their browser says."""
    chosen = g.get("locale") or session.get("locale")
    return chosen if chosen in LOCALES else "vi"


def speak(locale: str) -> None:
    """To whoever is known otherwise than by a session; before the first text of the page."""
    g.locale = locale
    refresh()
    _reading.set(None)


# The catalogue of the request under way; a page asks for it hundreds of times.
_reading: ContextVar[Any | None] = ContextVar("catalogue", default=None)


@appcontext_pushed.connect
def _another_reader(_app: Any, **_more: Any) -> None:
    _reading.set(None)


def _catalogue() -> Any:
    found = _reading.get()
    if found is None:
        found = get_translations()
        _reading.set(found)
    return found


def say(text: str) -> str:
    return _catalogue().ugettext(text)  # type: ignore[no-any-return]


def say_many(one: str, many: str, n: int) -> str:
    return str(_catalogue().ungettext(one, many, n))
