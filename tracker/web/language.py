"""The reader's language, and its texts. Flask-Babel looks its catalogue up anew for every text; a page has hundreds."""

from typing import Any

from flask import g, session
from flask_babel import get_translations

LOCALES = ("vi", "en")


def locale() -> str:
    """The person's choice; Vietnamese for everybody else, whatever their browser says."""
    chosen = session.get("locale")
    return chosen if chosen in LOCALES else "vi"


def _catalogue() -> Any:
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def say(text: str) -> str:
    return _catalogue().ugettext(text)  # type: ignore[no-any-return]


def say_many(one: str, many: str, n: int) -> str:
    return str(_catalogue().ungettext(one, many, n))
