"""/api: what was issued, and accepted figures, as JSON and CSV for other offices' systems. Read-only, by a key."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from tracker.acting import acting
from tracker.exports import open_data as out
from tracker.rules.days import FIRST_YEAR, LAST_YEAR
from tracker.rules.errors import DomainError, Invalid, NotFound
from tracker.rules.recurrence import Recurrence, period_named
from tracker.rules.words import N_
from tracker.services.api_key import programme_of
from tracker.services.context import Context
from tracker.services.report_build import material_of
from tracker.store.api_key import figures
from tracker.store.edition import file, issued
from tracker.web.errors import say, status_of
from tracker.web.reports import FILE_TYPES

bp = Blueprint("api", __name__, url_prefix="/api")
View = Callable[..., ResponseReturnValue]
NO_KEY = N_("Thiếu mã đọc dữ liệu, hoặc mã đã thu hồi: gửi Authorization: Bearer gv_….")


def keyed(view: View) -> View:
    """Answers in JSON whatever happens; without a good key nothing is told, not even what exists."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        with acting() as ctx:
            programme_id = programme_of(ctx, key.strip()) if kind.lower() == "bearer" else None
        if programme_id is None:
            answer = jsonify(error=say(Invalid(NO_KEY)))
            answer.headers["WWW-Authenticate"] = 'Bearer realm="giao-viec"'
            return answer, 401
        g.programme_id = programme_id
        try:
            return view(*args, **kwargs)
        except DomainError as error:
            return jsonify(error=say(error)), status_of(error)

    return guarded


@bp.get("/")
@keyed
def index() -> ResponseReturnValue:
    return jsonify(
        version=1,
        editions=_address("api.editions"),
        figures=_address("api.figure_list", form="json") + "?period=2026",
    )


@bp.get("/editions")
@keyed
def editions() -> ResponseReturnValue:
    """Those that were issued, newest first."""
    with acting() as ctx:
        return jsonify(editions=[_facts(row) for row in issued(ctx.session, g.programme_id)])


@bp.get("/editions/<int:report_id>")
@keyed
def edition(report_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        row = _issued(ctx, report_id)
        return jsonify(out.edition_json(material_of(ctx, row.id), _facts(row)))


@bp.get("/editions/<int:report_id>/<any(measures, assignments, units):table>.csv")
@keyed
def edition_table(report_id: int, table: str) -> ResponseReturnValue:
    with acting() as ctx:
        material = material_of(ctx, _issued(ctx, report_id).id)
    tables: dict[str, tuple[Sequence[str], Callable[[Any], Iterable[Sequence[Any]]]]] = {
        "measures": (out.MEASURE_HEADS, out.measure_rows),
        "assignments": (out.WORK_HEADS, out.work_rows),
        "units": (out.CELL_HEADS, out.cell_rows),
    }
    heads, rows = tables[table]
    return _csv(out.csv_lines(heads, rows(material)), f"bao-cao-{report_id}-{table}.csv")


@bp.get("/editions/<int:report_id>.<any(docx, pdf, xlsx):form>")
@keyed
def edition_file(report_id: int, form: str) -> ResponseReturnValue:
    with acting() as ctx:
        row = _issued(ctx, report_id)
        content = row.document if form == "docx" else file(ctx.session, row.id, form)
    if content is None:
        raise NotFound(N_("Bản này không có tệp như vậy."))
    answer = Response(content, mimetype=FILE_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="bao-cao-{report_id}.{form}"'
    return answer


@bp.get("/figures.<any(json, csv):form>")
@keyed
def figure_list(form: str) -> ResponseReturnValue:
    """`?period=2026` or `2026-H1`: what the office has accepted so far."""
    period = request.args.get("period", "")
    try:
        found = period_named(period)
    except ValueError:
        found = None
    if found is None or found.recurrence is Recurrence.ONCE or not FIRST_YEAR <= found.first.year <= LAST_YEAR:
        raise Invalid(N_("Kỳ báo cáo không đúng."), field="period")
    with acting() as ctx:
        rows = list(out.figure_rows(figures(ctx.session, g.programme_id, period)))
    if form == "csv":
        return _csv(out.csv_lines(out.FIGURE_HEADS, rows), f"so-lieu-{period}.csv")
    return jsonify(period=period, figures=[dict(zip(out.FIGURE_HEADS, row, strict=True)) for row in rows])


def _issued(ctx: Context, report_id: int) -> Any:
    row = next((one for one in issued(ctx.session, g.programme_id) if one.id == report_id), None)
    if row is None:
        raise NotFound(N_("Không tìm thấy báo cáo này."))
    return row


def _facts(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "year": row.year,
        "kind": row.cycle.kind if row.cycle else "annual",
        "period": row.cycle.period if row.cycle else str(row.year),
        "recipient": row.recipient,
        "edition": row.edition,
        "number": row.issued_number,
        "issued_on": row.issued_on.isoformat(),
        "address": _address("api.edition", report_id=row.id),
    }


def _csv(lines: Iterable[str], name: str) -> Response:
    answer = Response((line.encode() for line in lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _address(endpoint: str, **values: Any) -> str:
    """Of this site as it is set up, whatever the request calls it."""
    return f"{current_app.extensions['settings'].base_url.rstrip('/')}{url_for(endpoint, **values)}"
