"""Sổ đôn đốc: who was told of what, when, and what came of it; as a page, a Word file and an Excel file."""

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue

from tracker.exports.register_document import MOST_LINES, register_document
from tracker.exports.register_workbook import register_workbook
from tracker.rules.days import read_day
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.permissions import NOWHERE, Permission, may
from tracker.rules.words import LADDER_ROLES, N_, REGISTER_RESULTS
from tracker.services.context import Context
from tracker.services.register import Register, cover, headed, in_words, open_register, results
from tracker.store.page import DEEPEST, Page, plan_anew
from tracker.store.programme import programmes
from tracker.store.register import PAGE_SIZE, entries, entries_of_page
from tracker.web.downloads import workbook_of
from tracker.web.errors import say
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.reports import WORD
from tracker.web.session import acting, login_required, overseen

bp = Blueprint("register", __name__, url_prefix="/register")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    """`?programme=1&from=2026-11-01&to=2026-11-30&unit=7`; by default this month."""
    errors: dict[str, str] = {}
    with acting() as ctx:
        try:
            register = _register(ctx)
        except Invalid as error:
            errors = {error.field or "from": say(error)}
            register = open_register(
                ctx, programme_id=_programme_id(ctx), start=ctx.today.replace(day=1), end=ctx.today
            )
        plan_anew(ctx.session)
        counted = results(ctx, register)
        total = sum(counted.values())
        number = max(1, min(request.args.get("page", 1, type=key), -(-total // PAGE_SIZE) or 1, DEEPEST))
        return (
            render_template(
                "register/index.html",
                register=register,
                page=Page(entries_of_page(ctx.session, register.asked, number), total, number, PAGE_SIZE),
                counts=[(_(REGISTER_RESULTS[result]), n) for result, n in counted.items()],
                results={result: _(word) for result, word in REGISTER_RESULTS.items()},
                roles={role: _(word) for role, word in LADDER_ROLES.items()},
                programmes=_choices(ctx),
                query=_query(register),
                oversees=register.programme.id in overseen(ctx),
                reads_mail=may(ctx.actor, Permission.READ_MAIL_LOG, NOWHERE)
                or register.programme.id in overseen(ctx, Permission.READ_MAIL_LOG),
                most=MOST_LINES,
                errors=errors,
                now=ctx.now,
            ),
            422 if errors else 200,
        )


@bp.get("/register.xlsx")
@login_required
def workbook() -> ResponseReturnValue:
    return workbook_of(_write)


def _write(path: Path) -> str:
    with acting() as ctx:
        register = _register(ctx)
        plan_anew(ctx.session)
        above = cover(ctx, register)
        register_workbook(path, above, in_words(entries(ctx.session, register.asked)))
        return f"{_file_name(register)}.xlsx"


@bp.get("/register.docx")
@login_required
def document() -> ResponseReturnValue:
    with acting() as ctx:
        register = _register(ctx)
        plan_anew(ctx.session)
        above = cover(ctx, register)
        if above.total > MOST_LINES:
            message = N_("Có %(n)s lượt đôn đốc, nhiều hơn %(most)s: hãy chọn kỳ ngắn hơn, một đơn vị, hoặc tải Excel.")
            raise Invalid(message, field="from", n=above.total, most=MOST_LINES)
        content = register_document(above, list(in_words(entries(ctx.session, register.asked))))
    return send_file(BytesIO(content), WORD, as_attachment=True, download_name=f"{_file_name(register)}.docx")


def _register(ctx: Context) -> Register:
    return open_register(
        ctx,
        programme_id=_programme_id(ctx),
        start=_day("from", ctx.today.replace(day=1)),
        end=_day("to", ctx.today),
        unit_id=request.args.get("unit", type=key),
    )


def _day(name: str, otherwise: date) -> date:
    typed = request.args.get(name, "").strip()
    if not typed:
        return otherwise
    day = read_day(typed)
    if day is None:
        raise Invalid(N_("Hãy ghi ngày, ví dụ 19/11/2026."), field=name)
    return day


def _programme_id(ctx: Context) -> int:
    """The one asked for, or the newest that this person may read the register of."""
    asked = request.args.get("programme", type=key)
    if asked is not None:
        return asked
    choices = _choices(ctx)
    if not choices:
        raise (
            NotFound(N_("Chưa có chương trình nào."))
            if headed(ctx)
            else NotAllowed(
                N_("Sổ đôn đốc dành cho cơ quan thường trực, lãnh đạo UBND và lãnh đạo đơn vị (phần của đơn vị mình).")
            )
        )
    return int(choices[0].id)


def _choices(ctx: Context) -> list[Any]:
    """Programmes that the person oversees first; a head may look into any, and sees the own unit's part."""
    seen = overseen(ctx, Permission.READ_REGISTER)
    found = programmes(ctx.session)
    others = [one for one in found if one.id not in seen] if headed(ctx) else []
    return [one for one in found if one.id in seen] + others


def _query(register: Register) -> dict[str, Any]:
    values = {
        "programme": register.programme.id,
        "from": register.asked.start.isoformat(),
        "to": register.asked.end.isoformat(),
        "unit": register.unit_id,
    }
    return {name: value for name, value in values.items() if value}


def _file_name(register: Register) -> str:
    return f"so-don-doc-{register.asked.start.isoformat()}-{register.asked.end.isoformat()}"
