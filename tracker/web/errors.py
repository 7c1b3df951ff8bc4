"""Errors as pages: what happened, what is safe, what to do."""

from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

import structlog
from flask import Flask, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from tracker.config import ROOT
from tracker.extensions import db
from tracker.rules.errors import Conflict, DomainError, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.store.outage import database_down
from tracker.web.language import gettext as _
from tracker.web.security import by_link, told_path
from tracker.web.session import AlreadySent

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, IllegalMove: 409, Conflict: 409, Invalid: 422}

# As it stands: no template, for those ask the database who is looking.
UNREACHABLE = (ROOT / "templates" / "errors" / "unreachable.html").read_text("utf-8")
RETRY_AFTER = "30"
# A page whose address begins like the one of a form, but that is a download.
NO_PAGE = frozenset({"evidence.download"})


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(AlreadySent, _already_sent)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def say(error: DomainError) -> str:
    """The error in the reader's language; words among the parameters are translated too."""
    params = {name: _(value) if isinstance(value, str) and value else value for name, value in error.params.items()}
    message: str = _(error.message)
    return message % params if params else message


def status_of(error: DomainError) -> int:
    """Of the answer to a form that was refused, or of the page instead of it."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)


def page(status: int, message: str | None = None) -> ResponseReturnValue:
    try:
        template = "act/error.html" if by_link() else "errors/error.html"
        return render_template(template, status=status, message=message), status
    except Exception as error:
        if not database_down(error):
            raise
        return _unreachable(error)


def _unreachable(error: BaseException) -> Response:
    """The same for everybody, whatever they asked for: nothing of it was kept."""
    db.session.rollback()
    log.warning("database_unreachable", path=told_path(), error=str(error).partition("\n")[0])
    return Response(UNREACHABLE, 503, {"Retry-After": RETRY_AFTER}, mimetype="text/html")


def _domain(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    return page(status_of(error), say(error))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    """The form was open for too long or signed in anew elsewhere: what was typed comes back with the browser's Back."""
    return page(400, _("Phiên làm việc của biểu mẫu đã hết hạn. Hãy quay lại trang trước, tải lại và gửi lần nữa."))


def _http(error: HTTPException) -> ResponseReturnValue:
    if f"{request.path}/".startswith("/api/"):
        answer = jsonify(error=error.name)
        answer.status_code = error.code or 500
        if error.code == 429:
            answer.headers["Retry-After"] = "60"
        return answer
    if (
        isinstance(error, MethodNotAllowed)
        and request.method in ("GET", "HEAD")
        and "POST" in (error.valid_methods or ())
    ):
        return _to_its_page()
    answer = current_app.make_response(page(error.code or 500))
    if error.code == 429:
        answer.headers["Retry-After"] = "60"
    return answer


def _to_its_page() -> ResponseReturnValue:
    """The address of a form, reloaded or opened again from the history: on to the page that the form stands on."""
    flash(_("Địa chỉ vừa mở chỉ để gửi biểu mẫu; chưa có gì được gửi đi hay thay đổi."), "error")
    path = request.path.rstrip("/")
    while path := path.rpartition("/")[0]:
        if found := _page_at(path):
            return redirect(found, 303)
    return redirect(url_for("home.home"), 303)


def _unexpected(error: Exception) -> ResponseReturnValue:
    if database_down(error):
        return _unreachable(error)
    db.session.rollback()
    log.exception("unexpected", path=told_path(), error=str(error))
    return page(500)


def _already_sent(_error: AlreadySent) -> ResponseReturnValue:
    """A double click, or the browser sent the form again: it was acted on once, and the person goes on."""
    db.session.rollback()
    flash(_("Biểu mẫu này đã được gửi và đã xử lý một lần; không làm lại lần thứ hai."), "success")
    try:
        came_from = urlsplit(request.referrer or "")
    except ValueError:
        came_from = urlsplit("")
    return redirect(_readable(came_from))


def _readable(came_from: SplitResult) -> str:
    """Where the person was, or the page above: a form that came back with errors stands where only POST answers."""
    if came_from.netloc == request.host:
        for path in (came_from.path, came_from.path.rpartition("/")[0]):
            if found := _page_at(path):
                return f"{found}?{came_from.query}" if came_from.query else found
    return url_for("home.home")


def _page_at(path: str) -> str | None:
    """The path as it answers GET with a page; None where it does not."""
    routes = current_app.url_map.bind(request.host)
    for one in (path, f"{path}/"):
        with suppress(HTTPException, RequestRedirect):
            endpoint, _values = routes.match(one, "GET")
            return None if endpoint in NO_PAGE else one
    return None
