"""Errors as pages: what happened, what is safe, what to do."""

from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

import structlog
from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.extensions import db
from tracker.rules.errors import Conflict, DomainError, IllegalMove, Invalid, NotAllowed, NotFound
from tracker.web.session import AlreadySent

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, IllegalMove: 409, Conflict: 409, Invalid: 422}


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


def page(status: int, message: str | None = None) -> ResponseReturnValue:
    return render_template("errors/error.html", status=status, message=message), status


def _domain(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
    return page(status, say(error))


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    """The form was open for too long or signed in anew elsewhere: what was typed comes back with the browser's Back."""
    return page(400, _("Phiên làm việc của biểu mẫu đã hết hạn. Hãy quay lại trang trước, tải lại và gửi lần nữa."))


def _http(error: HTTPException) -> ResponseReturnValue:
    return page(error.code or 500)


def _unexpected(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log.exception("unexpected", path=request.path, error=str(error))
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
        routes = current_app.url_map.bind(request.host)
        for path in (came_from.path, came_from.path.rpartition("/")[0]):
            with suppress(HTTPException):
                routes.match(path, "GET")
                return f"{path}?{came_from.query}" if came_from.query else path
    return url_for("home.home")


def back_with(error: DomainError, where: str) -> ResponseReturnValue:
    flash(say(error), "error")
    return redirect(where)
