"""Forms that carry files: which routes may be large, what was sent, and the warning about children's names."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, current_app, flash, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Request
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.rules.files import KINDS, MAX_FILES, MB, Upload, spoken_size
from tracker.rules.privacy import WARNING, looks_like_child
from tracker.web import errors
from tracker.web.language import gettext as _

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
# Beside the files: the other fields and what holds the parts together.
REST = 2 * MB
# Of a form with many large files no field may be long, nor may there be many: they are held in memory.
FIELD_BYTES, PARTS = 200_000, 50
# Ten million letters of Vietnamese.
LONG_TEXT = 34 * MB


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


@dataclass(frozen=True)
class Limit:
    """`each` in bytes; None for the setting of what may be attached."""

    actions: Collection[str]
    count: int
    each: int | None

    @property
    def size(self) -> int:
        most: int = current_app.extensions["settings"].evidence_max_mb * MB
        return most if self.each is None else self.each


def takes_files(*actions: str, count: int = MAX_FILES, each: int | None = None) -> Callable[[View], View]:
    """Marks a view whose POST may carry files; with actions, only where the address's `<action>` is one of them."""

    def mark(view: View) -> View:
        view.takes_files = Limit(actions, count, each)  # type: ignore[attr-defined]
        return view

    return mark


def takes_long_text(view: View) -> View:
    """Marks a view whose fields may be far longer than they should be: it says so by the field, and gives back what was
    typed, where the limit of all forms would lose it."""
    view.takes_long_text = True  # type: ignore[attr-defined]
    return view


def files_of(sent: Request) -> list[Upload]:
    """What was chosen in the field `files`; an empty field sends one part without a name."""
    return [Upload(one.filename, one.stream) for one in sent.files.getlist("files") if one.filename]


def warn_of_children(*texts: str) -> None:
    """A flash where a text or a file's name seems to say who a child is and where they live. Nothing is refused."""
    if any(looks_like_child(text) for text in texts):
        flash(_(WARNING), "warning")


def _allow_more() -> None:
    limit = _limit()
    long = limit is None and request.method == "POST" and _is_long(request.endpoint)
    if not (limit or long) or not current_user.is_authenticated:
        return
    if limit is None:
        request.max_content_length = request.max_form_memory_size = LONG_TEXT
        return
    request.max_content_length = limit.count * limit.size + REST
    if limit.count > 1:
        request.max_form_memory_size, request.max_form_parts = FIELD_BYTES, PARTS


def _is_long(endpoint: str | None) -> bool:
    return endpoint is not None and hasattr(current_app.view_functions[endpoint], "takes_long_text")


def _limit() -> Limit | None:
    """Of a form that can hold files: any other keeps the limit of all forms, also at an address that takes files."""
    if request.method != "POST" or request.endpoint is None or request.mimetype != "multipart/form-data":
        return None
    found: Limit | None = getattr(current_app.view_functions[request.endpoint], "takes_files", None)
    if found is None or (found.actions and (request.view_args or {}).get("action") not in found.actions):
        return None
    return found


def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    limit = _limit()
    if limit is None:
        return errors.page(413)
    if limit.count == 1:
        message = _("Tệp quá lớn: tối đa %(size)s. Hãy quay lại trang trước và chọn tệp khác.")
        return errors.page(413, message % {"size": spoken_size(limit.size)})
    message = _(
        "Các tệp gửi cùng lúc quá lớn: mỗi tệp tối đa %(size)s, mỗi lần tối đa %(count)s tệp. "
        "Hãy quay lại trang trước và chọn ít tệp hơn."
    )
    return errors.page(413, message % {"size": spoken_size(limit.size), "count": limit.count})
