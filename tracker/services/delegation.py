"""Who acts for a head who is away: named from a day to a day, ended early, never hidden (quyền, ủy quyền)."""

from collections.abc import Collection
from datetime import date

from tracker.mail.render import letter
from tracker.models.delegation import Delegation
from tracker.models.unit import Unit
from tracker.rules.delegation import check_days
from tracker.rules.errors import Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, may, on_behalf_of
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.outbox import enqueue
from tracker.store import delegation as store
from tracker.store.mail_link import revoke_of_person
from tracker.store.people import members
from tracker.store.unit import unit_on
from tracker.store.user import has_sample_data


def delegate(
    ctx: Context,
    unit_id: int,
    *,
    absent_id: int | None,
    acting_id: int | None,
    valid_from: date | None,
    valid_to: date | None,
) -> Delegation:
    """`acting` holds the posts of `absent` in the unit on these days, both included."""
    unit = _unit(ctx, unit_id)
    people = {person.id: person for person in members(ctx.session, unit.id, ctx.today)}
    absent, acting = people.get(absent_id or 0), people.get(acting_id or 0)
    if absent is None:
        raise Invalid(N_("Hãy chọn người vắng mặt của đơn vị."), field="absent_id")
    if acting is None or acting is absent:
        raise Invalid(N_("Hãy chọn một người khác của đơn vị để thay."), field="acting_id")
    if acting.id == ctx.actor.user_id and not ctx.actor.is_admin:
        raise Invalid(
            N_("Không ai tự cử mình thay; người vắng mặt hoặc người khác có quyền sẽ cử anh/chị."), field="acting_id"
        )
    valid_from, valid_to = check_days(valid_from, valid_to, ctx.today)
    store.lock_people(ctx.session, [absent.id, acting.id])
    for other in store.overlapping(ctx.session, [absent.id, acting.id], valid_from, valid_to):
        if other.absent_id == acting.id:
            raise Invalid(N_("%(name)s cũng vắng mặt trong thời gian này."), field="acting_id", name=acting.name)
        if other.absent_id == absent.id and other.unit_id == unit.id:
            raise Invalid(N_("Đã có %(name)s thay trong thời gian này."), field="absent_id", name=other.acting.name)
        if other.acting_id == absent.id:
            raise Invalid(N_("%(name)s đang thay người khác trong thời gian này."), field="absent_id", name=absent.name)
    assert ctx.actor.user_id is not None
    row = Delegation(
        unit_id=unit.id,
        absent=absent,
        acting=acting,
        valid_from=valid_from,
        valid_to=valid_to,
        made_by_id=ctx.actor.user_id,
        made_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    record(ctx, "delegate", "delegation", row.id, data=_facts(row, unit))
    _tell(ctx, "delegation", row, unit)
    return row


def end(ctx: Context, delegation_id: int) -> Delegation:
    """Back at work, or called off: from now on everybody has their own rights again."""
    row = store.load(ctx.session, delegation_id, lock=True)
    if row is None:
        raise NotFound(N_("Không tìm thấy lần ủy quyền này."))
    unit = _unit(ctx, row.unit_id)
    if row.ended_at is not None:
        return row
    row.ended_at = ctx.now
    revoke_of_person(ctx.session, row.acting_id, ctx.now, row.unit_id)
    record(ctx, "end_delegation", "delegation", row.id, data=_facts(row, unit))
    _tell(ctx, "delegation_ended", row, unit)
    return row


def units_to_manage(ctx: Context, units: list[Unit]) -> list[Unit]:
    """The units whose absences this person may settle: those they head; for the head of an office, those that work in
    its programme, but not the issuer."""
    scopes = _scopes(ctx, [unit.id for unit in units])
    return [unit for unit in units if may(ctx.actor, Permission.DELEGATE, scopes[unit.id])]


def _unit(ctx: Context, unit_id: int) -> Unit:
    unit = unit_on(ctx.session, unit_id, ctx.today)
    scope = _scopes(ctx, [unit_id])[unit_id]
    if unit is None or (unit_id not in ctx.actor.units and not may(ctx.actor, Permission.DELEGATE, scope)):
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    demand(ctx.actor, Permission.DELEGATE, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, Permission.DELEGATE, scope)
    return unit


def _scopes(ctx: Context, unit_ids: Collection[int]) -> dict[int, Scope]:
    programmes = store.programmes_of(ctx.session, unit_ids)
    return {
        id_: Scope(
            lead_unit_id=id_,
            standing_unit_ids=frozenset().union(
                *(ctx.offices.get(programme, frozenset()) for programme in programmes.get(id_, ()))
            ),
        )
        for id_ in unit_ids
    }


def _facts(row: Delegation, unit: Unit) -> dict[str, str]:
    return {
        "unit": unit.name,
        "absent": row.absent.name,
        "acting": row.acting.name,
        "from": row.valid_from.isoformat(),
        "to": row.valid_to.isoformat(),
    }


def _tell(ctx: Context, kind: str, row: Delegation, unit: Unit) -> None:
    """Both of them, but nobody of their own deed."""
    for person in (row.absent, row.acting):
        if person.id == ctx.actor.user_id or not person.active:
            continue
        mail = letter(
            kind,
            to_name=person.name,
            base_url=ctx.base_url,
            locale=person.locale,
            sample=has_sample_data(ctx.session),
            unit=unit.name,
            absent=row.absent.name,
            acting=row.acting.name,
            is_acting=person.id == row.acting_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        enqueue(ctx, kind, f"{kind}:{row.id}:{person.id}", person, mail)
