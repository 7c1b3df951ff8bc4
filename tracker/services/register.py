"""The register of reminders: who may read which part of it, and its lines in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tracker.exports.register import Cover, Line
from tracker.models.programme import Programme
from tracker.rules.calendar import LOCAL
from tracker.rules.days import FIRST_YEAR, LAST_YEAR
from tracker.rules.errors import Invalid, NotAllowed, NotFound
from tracker.rules.ladder_text import when
from tracker.rules.permissions import Permission, Scope, may
from tracker.rules.register import Result
from tracker.rules.words import LADDER_ROLES, N_, REGISTER_RESULTS
from tracker.services.context import Context
from tracker.services.snapshot import letterhead
from tracker.store import programme as programmes
from tracker.store.people import standing_units
from tracker.store.register import Asked, Entry, counts, units_of
from tracker.store.unit import names


@dataclass(frozen=True)
class Register:
    """A register that this person may read. `units`: (id, name) to choose from; `unit_id` the one chosen."""

    asked: Asked
    programme: Programme
    units: list[tuple[int, str]]
    unit_id: int | None
    whole: bool

    @property
    def unit_name(self) -> str:
        """Of the one unit it is about, "" where it is about several."""
        chosen = [name for id_, name in self.units if self.unit_id in (None, id_)]
        return chosen[0] if len(chosen) == 1 and (self.unit_id or not self.whole) else ""


def open_register(ctx: Context, *, programme_id: int, start: date, end: date, unit_id: int | None = None) -> Register:
    """Of the whole programme for whoever oversees it, of their own units for heads. Raises NotFound, NotAllowed,
    Invalid."""
    whole = may_read_whole(ctx, programme_id)
    own = None if whole else headed(ctx)
    if own is not None and (not own or (unit_id is not None and unit_id not in own)):
        raise NotAllowed(
            N_("Sổ đôn đốc dành cho cơ quan thường trực, lãnh đạo UBND và lãnh đạo đơn vị (phần của đơn vị mình).")
        )
    programme = programmes.load(ctx.session, programme_id)
    if programme is None:
        raise NotFound(N_("Không tìm thấy chương trình này."))
    if end < start:
        raise Invalid(N_("Ngày cuối phải từ ngày đầu trở đi."), field="to")
    if start.year < FIRST_YEAR or end.year > LAST_YEAR:
        raise Invalid(N_("Hãy chọn ngày trong khoảng từ năm 2000 đến năm 2100."), field="from")
    units = units_of(ctx.session, programme_id, own)
    if unit_id is not None and unit_id not in dict(units):
        # It led something once, or never did: what is recorded of it is shown all the same.
        units += names(ctx.session, [unit_id]).items()
        if unit_id not in dict(units):
            raise NotFound(N_("Không tìm thấy đơn vị này."))
    chosen = own if unit_id is None else frozenset({unit_id})
    return Register(Asked(programme_id, start, end, chosen), programme, units, unit_id, whole)


def may_read_whole(ctx: Context, programme_id: int) -> bool:
    programme = programmes.load(ctx.session, programme_id)
    scope = Scope(
        standing_unit_ids=ctx.offices.get(programme_id, frozenset()),
        issuer_unit_id=programme.issuer_unit_id if programme else None,
    )
    return may(ctx.actor, Permission.READ_REGISTER, scope)


def headed(ctx: Context) -> frozenset[int]:
    """The units whose part this person may read by heading them."""
    return frozenset(
        unit_id for unit_id in ctx.actor.units if may(ctx.actor, Permission.READ_REGISTER, Scope(lead_unit_id=unit_id))
    )


def cover(ctx: Context, register: Register) -> Cover:
    """What stands above the lines; the letterhead is that of the standing office, which keeps the register."""
    programme = register.programme
    office = next(iter(standing_units(ctx.session, programme.id, ctx.today)), None)
    head = letterhead(programme, office)
    return Cover(
        programme=programme.title,
        unit=register.unit_name,
        start=register.asked.start,
        end=register.asked.end,
        counts=[(REGISTER_RESULTS[result], n) for result, n in results(ctx, register).items()],
        made_by=ctx.actor.name,
        made_at=_local(ctx.now),
        sample=ctx.sample,
        office=office.name if office else "",
        **{name: head[name] for name in ("place", "parent_agency", "agency", "agency_short", "head_title")},
    )


def results(ctx: Context, register: Register) -> dict[Result, int]:
    return counts(ctx.session, register.asked)


def in_words(entries: Iterable[Entry]) -> Iterator[Line]:
    for one in entries:
        yield Line(
            told_at=_local(one.told_at),
            sent_at=_local(one.sent_at) if one.sent_at else None,
            assignment_id=one.assignment_id,
            clause_ref=one.clause_ref,
            text=one.text,
            unit=one.unit_name,
            due_on=one.due_on,
            by=_by(one),
            to_name=one.to_name or "",
            to_address=one.to_address or "",
            instead_of=one.instead_of or "",
            result=REGISTER_RESULTS[one.result],
            answered_at=_local(one.answered_at) if one.answered_at else None,
        )


def _by(one: Entry) -> str:
    if one.promised_on is not None and one.role is not None:
        return f"Hẹn xong ngày {one.promised_on:%d/%m/%Y}, chưa xong ({LADDER_ROLES[one.role]})"
    if one.step_offset is None or one.role is None:
        return f"Đôn đốc của {one.chased_by}"
    return f"{when(one.step_offset)} ({LADDER_ROLES[one.role]})"


def _local(moment: datetime) -> datetime:
    """As a clock on the wall shows it: workbooks know no zones."""
    return moment.astimezone(LOCAL).replace(tzinfo=None)
