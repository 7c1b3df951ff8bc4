"""Headers that every answer carries, and the nonce of its scripts."""

from secrets import token_urlsafe

from flask import Flask, Response, g, request


def register(app: Flask) -> None:
    app.after_request(_headers)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, once=once)


def csp_nonce() -> str:
    """One for each answer; made when first asked for, since an error may come before any hook of ours."""
    if "csp_nonce" not in g:
        g.csp_nonce = token_urlsafe(16)
    return str(g.csp_nonce)


def once() -> str:
    """A new value for each form that is drawn."""
    return token_urlsafe(12)


def request_id() -> str:
    """Travels into the audit and the log lines."""
    if "request_id" not in g:
        g.request_id = token_urlsafe(9)
    return str(g.request_id)


def _headers(response: Response) -> Response:
    nonce = csp_nonce()
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    response.headers["X-Request-Id"] = request_id()
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
