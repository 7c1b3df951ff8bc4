"""Who acts for whom: in one's own unit, or, for the head of an office, in the units of its programme."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from tracker.rules.errors import DomainError, Invalid
from tracker.rules.words import N_
from tracker.services import delegation as verbs
from tracker.store.delegation import of_units
from tracker.store.people import members
from tracker.store.unit import units_on
from tracker.web.errors import say, status_of
from tracker.web.inputs import key
from tracker.web.language import gettext as _
from tracker.web.session import acting, login_required
from tracker.web.verbs import day, number

bp = Blueprint("delegations", __name__, url_prefix="/delegations")


@bp.get("/")
@login_required
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/")
@login_required
def make() -> ResponseReturnValue:
    try:
        with acting() as ctx:
            unit_id = number("unit_id")
            if unit_id is None:
                raise Invalid(N_("Hãy chọn đơn vị."), field="unit_id")
            verbs.delegate(
                ctx,
                unit_id,
                absent_id=number("absent_id"),
                acting_id=number("acting_id"),
                valid_from=day("valid_from"),
                valid_to=day("valid_to"),
            )
    except DomainError as error:
        status = status_of(error)
        if status in (403, 404):
            raise
        return _page({error.field or "unit_id": say(error)}, status)
    flash(_("Đã ghi ủy quyền; quyền và thư theo đó từ ngày bắt đầu."), "success")
    return redirect(url_for("delegations.index", unit=unit_id))


@bp.post("/<int:delegation_id>/end")
@login_required
def end(delegation_id: int) -> ResponseReturnValue:
    with acting() as ctx:
        unit_id = verbs.end(ctx, delegation_id).unit_id
    flash(_("Đã kết thúc ủy quyền."), "success")
    return redirect(url_for("delegations.index", unit=unit_id))


def _page(errors: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    """The unit is chosen first, because the people depend on it."""
    with acting() as ctx:
        managed = verbs.units_to_manage(ctx, units_on(ctx.session, ctx.today))
        own = [unit for unit in managed if unit.id in ctx.actor.units]
        seen = {unit.id for unit in managed} | ctx.actor.units
        asked = request.values.get("unit", type=key) or request.values.get("unit_id", type=key)
        chosen = next((unit for unit in managed if unit.id == asked), next(iter([*own, *managed]), None))
        return (
            render_template(
                "delegations/index.html",
                rows=of_units(ctx.session, seen, ctx.today),
                managed=managed,
                managed_ids={unit.id for unit in managed},
                unit=chosen,
                people=members(ctx.session, chosen.id, ctx.today) if chosen else [],
                today=ctx.today,
                errors=errors or {},
                values=request.form if errors else {},
            ),
            status,
        )
