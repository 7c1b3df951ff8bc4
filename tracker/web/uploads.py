"""Forms that carry files: which routes may be large, what was sent, and the warning about children's names."""

from collections.abc import Callable, Collection
from typing import TypeVar

from flask import Flask, current_app, flash, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.rules.files import KINDS, MAX_FILES, MB, Upload, spoken_size
from tracker.rules.privacy import WARNING, looks_like_child
from tracker.web import errors

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
# Beside the files: the other fields and what holds the parts together.
REST = 2 * MB


def register(app: Flask) -> None:
    """Before any extension that reads the form (CSRF does), or the small limit would be applied first."""
    app.before_request(_allow_more)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.jinja_env.filters["file_size"] = spoken_size
    app.jinja_env.globals.update(
        max_files=MAX_FILES,
        max_file_bytes=app.extensions["settings"].evidence_max_mb * MB,
        file_suffixes=",".join(suffix for kind in KINDS for suffix in kind.suffixes[:2]),
    )


def takes_files(*actions: str) -> Callable[[View], View]:
    """Marks a view whose POST may carry files; with actions, only where the address's `<action>` is one of them."""

    def mark(view: View) -> View:
        view.takes_files = frozenset(actions)  # type: ignore[attr-defined]
        return view

    return mark


def files_of(sent: Request) -> list[Upload]:
    """What was chosen in the field `files`; an empty field sends one part without a name."""
    return [Upload(one.filename, one.stream) for one in sent.files.getlist("files") if one.filename]


def warn_of_children(*texts: str) -> None:
    """A flash where a text or a file's name seems to say who a child is and where they live. Nothing is refused."""
    if any(looks_like_child(text) for text in texts):
        flash(_(WARNING), "warning")


def _allow_more() -> None:
    if _is_upload() and current_user.is_authenticated:
        most = current_app.extensions["settings"].evidence_max_mb * MB
        request.max_content_length = MAX_FILES * most + REST


def _is_upload() -> bool:
    if request.method != "POST" or request.endpoint is None:
        return False
    actions: Collection[str] | None = getattr(current_app.view_functions[request.endpoint], "takes_files", None)
    return actions is not None and (not actions or (request.view_args or {}).get("action") in actions)


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    if not _is_upload():
        return errors.page(413)
    most = current_app.extensions["settings"].evidence_max_mb * MB
    message = _(
        "Các tệp gửi cùng lúc quá lớn: mỗi tệp tối đa %(size)s, mỗi lần tối đa %(count)s tệp. "
        "Hãy quay lại trang trước và chọn ít tệp hơn."
    )
    return errors.page(413, message % {"size": spoken_size(most), "count": MAX_FILES})
