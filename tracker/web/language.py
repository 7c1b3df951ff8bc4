"""The reader's language, and texts in it. A page has hundreds, so what was said once is remembered."""

from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from flask import appcontext_pushed, g, session
from markupsafe import Markup

from tracker.mail.template import catalogue

LOCALES = {"vi": "Tiếng Việt", "en": "English"}
# More texts than the product has.
MOST = 8192


def locale() -> str:
    """The person's choice; Vietnamese for everybody else, whatever their browser says."""
    chosen = g.get("locale") or session.get("locale")
    return chosen if chosen in LOCALES else "vi"


# The language of the request under way; a page asks for it hundreds of times.
_reading: ContextVar[str | None] = ContextVar("language", default=None)


def speak(locale: str) -> None:
    """To whoever is known otherwise than by a session; before the first text of the page."""
    g.locale = locale
    _reading.set(None)


@appcontext_pushed.connect
def _another_reader(_app: Any, **_more: Any) -> None:
    _reading.set(None)


def language() -> str:
    found = _reading.get()
    if found is None:
        found = locale()
        _reading.set(found)
    return found


@lru_cache(MOST)
def _said(language: str, text: str) -> str:
    return catalogue(language).gettext(text)


@lru_cache(MOST)
def _drawn(language: str, text: str) -> Markup:
    """As Jinja does it: percent signs are doubled in every text, whether something is filled in or not."""
    return Markup(_said(language, text)) % {}


def say(text: str) -> str:
    return _said(language(), text)


def gettext(text: str, /, **values: Any) -> str:
    """For Python; what is filled in is plain text."""
    said = _said(language(), text)
    return said % values if values else said


def draw(text: str, /, **values: Any) -> Markup:
    """For templates; what is filled in is escaped."""
    here = language()
    return Markup(_said(here, text)) % values if values else _drawn(here, text)
