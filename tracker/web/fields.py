"""Fields of forms without an error, as nearly every page shows them. The same one stands on thousands of pages, so each
is drawn once and kept, whoever reads."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from tracker.web.language import language

# Fields that a process keeps; each takes about 1 KB, a choice of a hundred units thirty.
KEPT = 400


def plain_field(name: str, label: str, value: str = "", kind: str = "text", hint: str = "", **more: Any) -> Markup:
    """As the macro `field` of components/forms.html draws it."""
    return _drawn(language(), "forms", "field", name, label, value=value, kind=kind, hint=hint, **more)


def plain_select(name: str, label: str, options: Iterable[tuple[Any, str]], value: Any = None, **more: Any) -> Markup:
    """As the macro `select` of components/forms.html draws it."""
    known = tuple((key, escape(text)) for key, text in options)  # all of one type, see below
    return _drawn(language(), "forms", "select", name, label, known, value=value, **more)


def plain_file_input(id: str, *, required: bool = False) -> Markup:
    """As the macro `file_input` of components/evidence.html draws it."""
    return _drawn(language(), "evidence", "file_input", id=id, required=required)


@lru_cache(KEPT, typed=True)  # typed: what is escaped already is another text than what is not
def _drawn(_language: str, file: str, macro: str, *values: Any, **named: Any) -> Markup:
    macros = current_app.jinja_env.get_template(f"components/{file}.html").module
    drawn: Markup = getattr(macros, macro)(*values, errors={}, **named)
    return drawn
