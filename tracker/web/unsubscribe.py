"""Where List-Unsubscribe leads (RFC 8058): no session, no token of a form; looking changes nothing."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from tracker.acting import acting as system_acting
from tracker.extensions import csrf
from tracker.mail.unsubscribe import ONE_CLICK
from tracker.rules.notification import LinkStanding
from tracker.services.preference import Offer, offered, unsubscribe
from tracker.web.language import speak
from tracker.web.security import request_id

bp = Blueprint("unsubscribe", __name__, url_prefix="/unsubscribe")
# The right is in the link; mail programs post without a cookie.
csrf.exempt(bp)

ANSWERS = {
    LinkStanding.READY: 200,
    LinkStanding.DONE: 200,
    LinkStanding.OTHERS: 403,
    LinkStanding.REVOKED: 410,
}


@bp.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """GET and HEAD: mail scanners come here too."""
    with system_acting(request_id=request_id()) as ctx:
        return _page(offered(ctx, token, signed_in_as=_signed_in_as()))


@bp.post("/<token>")
def do(token: str) -> ResponseReturnValue:
    """Only with what RFC 8058 has programs send, which is what the page's button sends too."""
    name, value = ONE_CLICK
    meant = request.form.get(name) == value
    with system_acting(request_id=request_id()) as ctx:
        offer = (unsubscribe if meant else offered)(ctx, token, signed_in_as=_signed_in_as())
    return _page(offer, status=None if meant else 400)


def _signed_in_as() -> int | None:
    """Whoever is signed in on this machine: a link that was sent to somebody else is not theirs to use."""
    return current_user.actor.user_id if current_user.is_authenticated else None


def _page(offer: Offer | None, status: int | None = None) -> ResponseReturnValue:
    if offer is None:
        return render_template("act/unknown.html"), 404
    speak(offer.locale)
    page = render_template("unsubscribe/show.html", offer=offer, one_click=ONE_CLICK, mine=url_for("preferences.index"))
    return page, status or ANSWERS[offer.standing]
