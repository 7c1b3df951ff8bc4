"""Files on an assignment: the list with its form, one file as a download, and taking back one's own."""

import unicodedata
from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import IllegalMove, Invalid
from tracker.services.access import view
from tracker.services.evidence import add, may_add, may_remove, read, remove
from tracker.store.evidence import evidence_of
from tracker.web.errors import say, status_of
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required
from tracker.web.uploads import files_of, takes_files, warn_of_children

bp = Blueprint("evidence", __name__)


@bp.get("/assignments/<int:assignment_id>/evidence")
@login_required
def index(assignment_id: int) -> ResponseReturnValue:
    return _page(assignment_id)


@bp.post("/assignments/<int:assignment_id>/evidence")
@login_required
@takes_files()
def create(assignment_id: int) -> ResponseReturnValue:
    try:
        with acting() as ctx:
            names = [one.name for one in add(ctx, assignment_id, files_of(request))]
    except (Invalid, IllegalMove) as error:
        return _page(assignment_id, {error.field or "files": say(error)}, status_of(error))
    flash(_("Đã lưu tài liệu."), "success")
    warn_of_children(*names)
    return redirect(url_for("evidence.index", assignment_id=assignment_id))


@bp.get("/evidence/<int:evidence_id>")
@login_required
def download(evidence_id: int) -> ResponseReturnValue:
    """Always saved, never shown by the site: a file from outside must not speak in its name."""
    with acting() as ctx:
        one, chunks = read(ctx, evidence_id)
        headers = {
            "Content-Disposition": attachment(one.name),
            "Content-Length": str(one.size),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(chunks, mimetype=one.media_type, headers=headers)


@bp.post("/evidence/<int:evidence_id>/remove")
@login_required
def take_back(evidence_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        assignment_id = remove(ctx, evidence_id).assignment_id
    flash(_("Đã gỡ tệp."), "success")
    return redirect(url_for("evidence.index", assignment_id=assignment_id))


def attachment(name: str) -> str:
    """The header with the name in UTF-8 (RFC 6266, RFC 5987), and without marks for programs that know only ASCII."""
    folded = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(char if char not in '"\\%;' else "_" for char in folded if " " <= char <= "~")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _page(assignment_id: int, errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with acting() as ctx:
        row = view(ctx, assignment_id)
        files = evidence_of(ctx.session, assignment_id)
        return (
            render_template(
                "evidence/index.html",
                row=row,
                files=files,
                removable={one.id for one in files if may_remove(ctx, row, one)},
                may_add=may_add(ctx, row),
                errors=errors or {},
            ),
            status,
        )
