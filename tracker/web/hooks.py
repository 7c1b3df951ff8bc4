"""What other machines tell: a mail server that hands over what came back, without a mailbox between."""

import hmac

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.acting import acting as system_acting
from tracker.extensions import csrf
from tracker.mail.bounce import MOST_BYTES, read_bounce
from tracker.services.bounce import record_bounce

bp = Blueprint("hooks", __name__, url_prefix="/hooks")

# More than the parser looks at: what a server returns of a letter may be longer than what it says of it.
MOST_SENT = 4 * MOST_BYTES


@bp.post("/bounces")
@csrf.exempt  # type: ignore[untyped-decorator]
def bounces() -> ResponseReturnValue:
    """The notification as the body: `message/rfc822`, or the parts of a `multipart/report` (RFC 3462) as they are.

    Answers {"ours": …}. A copy of a notification that is known is answered in the same way and changes nothing.
    """
    expected = current_app.extensions["settings"].bounce_token
    if not expected:
        return _refused(404, "BOUNCE_TOKEN is not set")
    if not hmac.compare_digest(_given().encode(), expected.encode()):
        return _refused(401, "wrong token", **{"WWW-Authenticate": "Bearer"})
    if request.mimetype not in ("message/rfc822", "message/global", "multipart/report"):
        return _refused(415, "message/rfc822 or multipart/report")
    request.max_content_length = MOST_SENT
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return _refused(413, f"more than {MOST_SENT} bytes")
    if request.mimetype == "multipart/report":
        # The header with the boundary travelled as a header of the request.
        raw = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode() + raw
    bounce = read_bounce(raw)
    ours = False
    if bounce is not None:
        with system_acting() as ctx:
            ours = record_bounce(ctx, bounce)
    return jsonify(ours=ours)


def _given() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _refused(status: int, why: str, **headers: str) -> Response:
    return Response(f"{why}\n", status, headers, mimetype="text/plain")
