"""Search: one field, words in any order, with or without diacritics."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from tracker.rules.search import tsquery, words_of
from tracker.rules.text import fold, nfc
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
        typed = nfc(clean(request.args.get("q", "")))
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
        words = words_of(typed)
        return render_template(
            "search/index.html",
            typed=typed,
            asked=bool(question),
            found=found,
            rows=[(view_of_row(ctx, row), mark(row.text, words)) for row in found.rows],
        )


def mark(text: str, words: list[str]) -> Markup:
    """The text with each word that begins like one of `words` marked; compared folded."""
    parts: list[Markup] = []
    for part in text.split(" "):
        folded = fold(part)
        hit = folded and any(piece.startswith(word) for piece in folded.split() for word in words)
        parts.append(Markup("<mark>{}</mark>").format(part) if hit else escape(part))
    return Markup(" ").join(parts)
