"""Notifications in the product: the same as the mails, newest first, each with its link."""

import re

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup, escape

from tracker.mail.link import mask
from tracker.mail.template import PREFIX, catalogue
from tracker.rules.words import MAIL_KINDS, N_
from tracker.services import notification
from tracker.services.context import Context
from tracker.web.inputs import key
from tracker.web.language import LOCALES
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required

bp = Blueprint("notifications", __name__, url_prefix="/notifications")
# As the mails have it.
ABOUT_LINKS = N_("Liên kết trả lời chỉ dành cho anh/chị và dùng một lần; xin đừng chuyển tiếp.")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    with acting() as ctx:
        page = notification.notifications(ctx, request.args.get("page", 1, type=key))
        return render_template("notifications/index.html", page=page, said=_said, kinds=MAIL_KINDS)


@bp.get("/<int:mail_id>")
@login_required
def show(mail_id: int) -> ResponseReturnValue:
    """One that is about more than one assignment, or none: its text, as mailed. Opening it is reading it."""
    with acting() as ctx:
        row, fresh = notification.read(ctx, mail_id)
        _have_read(int(fresh))
        return render_template("notifications/show.html", row=row, title=_said(row.subject), text=_told(row.text_body))


@bp.post("/<int:mail_id>/read")
@login_required
def read(mail_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        notification.read(ctx, mail_id)
    return redirect(url_for("notifications.index", page=request.form.get("page", type=key)))


@bp.post("/read")
@login_required
def read_all() -> ResponseReturnValue:
    """`up_to`: the newest that was on the page; what came later is still news."""
    with acting() as ctx:
        notification.read_all(ctx, request.form.get("up_to", 0, type=key))
    flash(_("Đã đánh dấu tất cả là đã đọc."), "success")
    return redirect(url_for("notifications.index"))


def read_about(ctx: Context, assignment_id: int) -> None:
    """Costs nothing where there is no news."""
    if unread():
        _have_read(notification.read_about(ctx, assignment_id))


def unread() -> int:
    """For the header: what every page knows of its visitor, less what this one has shown."""
    return max(0, int(current_user.visitor.unread) - int(g.get("have_read", 0)))


def _have_read(n: int) -> None:
    g.have_read = g.get("have_read", 0) + n


def _said(subject: str) -> str:
    return subject.removeprefix(PREFIX)


def _told(text: str) -> Markup:
    """A mail's text for its recipient who has signed in: its links to this site are links, those that act without a
    password are left out with what is said of them, as is the foot of a letter."""
    lines: list[str] = []
    for line in mask(text.partition("\n-- \n")[0]).splitlines():
        if "/act/…" not in line:
            lines.append(line)
        elif lines and line.strip().startswith("http") and lines[-1].endswith(":"):
            lines.pop()
    about_links = {catalogue(locale).gettext(ABOUT_LINKS) for locale in LOCALES}
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line not in about_links)).strip()
    site = re.escape(current_app.extensions["settings"].base_url)
    parts = re.split(rf"({site}/\S*)(?=\s|$)", said)
    return Markup("").join(_link(part) if number % 2 else escape(part) for number, part in enumerate(parts))


def _link(address: str) -> Markup:
    label = _("Mở nhiệm vụ") if re.search(r"/assignments/\d+$", address) else address
    return Markup('<a href="{}">{}</a>').format(address, label)
