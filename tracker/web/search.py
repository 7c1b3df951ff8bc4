"""Search: one field, words in any order, with or without diacritics."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from tracker.rules.search import Term, marks, terms_of, tsquery
from tracker.store.search import Found, find
from tracker.web.inputs import clean, key
from tracker.web.listing import visible_to
from tracker.web.session import acting, login_required
from tracker.web.view import view_of_row

bp = Blueprint("search", __name__)


@bp.get("/search")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        typed = clean(request.args.get("q", ""))
        question = tsquery(typed)
        visible = visible_to(ctx)
        found = Found([], 0, 1, more=False)
        if question:
            found = find(
                ctx.session,
                question,
                programme_ids=visible.programme_ids,
                unit_ids=visible.unit_ids,
                page=request.args.get("page", 1, type=key),
            )
        terms = terms_of(typed)
        return render_template(
            "search/index.html",
            typed=typed,
            asked=bool(question),
            found=found,
            rows=[(view_of_row(ctx, row), mark(row.text, terms), mark(row.unit_name, terms)) for row in found.rows],
        )


def mark(text: str, terms: Sequence[Term]) -> Markup:
    """The text as it is written, with exactly what was found marked."""
    parts, at = Markup(), 0
    for begin, end in marks(text, terms):
        parts += escape(text[at:begin]) + Markup("<mark>{}</mark>").format(text[begin:end])
        at = end
    return parts + escape(text[at:])
