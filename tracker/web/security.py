"""Headers that every answer carries, and the nonce of its scripts."""

from collections.abc import Callable, Iterable
from secrets import token_urlsafe
from typing import Any

from flask import Flask, Response, g, request


def register(app: Flask) -> None:
    app.after_request(_headers)
    app.wsgi_app = _without_token(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.jinja_env.globals.update(csp_nonce=csp_nonce, once=once)


# Where links from mails lead; what follows is a secret.
LINKS = ("/act/", "/unsubscribe/")


def _link(path: str) -> str | None:
    return next((one for one in LINKS if one in path), None)


def by_link() -> bool:
    """Whether this answer goes to whoever opened a link from a mail, an error page included."""
    return _link(request.path) is not None


def told_path() -> str:
    """The path for the log: never with a token."""
    link = _link(request.path)
    return f"{link}…" if link else request.path


def _without_token(site: Any) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """What the server writes into its log of requests is the raw address, which nothing else here reads."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if link := _link(environ["PATH_INFO"]):
            environ.update(RAW_URI=f"{link}-", REQUEST_URI=f"{link}-")
        return site(environ, start)  # type: ignore[no-any-return]

    return answer


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
    if by_link():
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    response.headers["X-Request-Id"] = request_id()
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static" and response.headers.get("Cache-Control") in (None, "no-cache"):
        response.headers["Cache-Control"] = "no-store"  # a download too: computers are shared
    return response
