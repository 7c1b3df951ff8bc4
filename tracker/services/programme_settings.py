"""What the standing office may set for its programme."""

from tracker.models.programme import Programme
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, on_behalf_of
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context

# Name → (least, most).
BOUNDS = {"extension_days": (0, 60), "ranking_threshold": (1, 1000), "mail_hour": (0, 23), "jump_percent": (1, 1000)}


def set_programme(ctx: Context, programme_id: int, **values: int | None) -> Programme:
    """`values` by the names of BOUNDS; each change is audited with what it was before."""
    row = ctx.session.get(Programme, programme_id, with_for_update=True)
    if row is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    offices = ctx.offices.get(row.id, frozenset())
    scope = Scope(standing_unit_ids=offices, issuer_unit_id=row.issuer_unit_id)
    demand(ctx.actor, Permission.SET_PROGRAMME, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.SET_PROGRAMME, scope)
    changed = {}
    for name, value in values.items():
        least, most = BOUNDS[name]
        if value is None or not least <= value <= most:
            raise Invalid(N_("Hãy ghi một số từ %(least)s đến %(most)s."), field=name, least=least, most=most)
        if getattr(row, name) != value:
            changed[name] = {"before": getattr(row, name), "after": value}
            setattr(row, name, value)
    if changed:
        record(ctx, "set_programme", "programme", row.id, data=changed)
    return row
