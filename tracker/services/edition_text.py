"""What the office makes of the texts of a cycle's report: order, wording, what is left out. It outlives rebuilds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from tracker.exports.material import sections_of
from tracker.exports.sections import Change, compared, drawn, merged, sources
from tracker.exports.snapshot import SectionRow, Snapshot
from tracker.models.clause import ClauseKind
from tracker.models.cycle import ReportCycle
from tracker.models.report import ConsolidatedReport, EditedSection
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.filing import CycleKind
from tracker.rules.permissions import Permission, Scope, demand
from tracker.rules.text import plain
from tracker.rules.words import N_
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.snapshot import drawn_sections
from tracker.store import cycle as cycles
from tracker.store import edition as store
from tracker.store import programme as programmes

# About thirty pages: what fifty units write for one section.
LONGEST = 100_000


@dataclass(frozen=True)
class Section:
    """One section as it stands. `units`: who wrote something, in order; `drawn`: all of it merged; `own`: the office's
    text, "" where it wants nothing, None where it has none. `changed`: what became of the drawn text since then."""

    key: str
    title: str
    row: SectionRow | None
    drawn: str
    edit: store.Edit | None
    changed: Sequence[Change] = field(default_factory=list)

    @property
    def own(self) -> str | None:
        return self.edit.text if self.edit is not None else None

    @property
    def text(self) -> str | None:
        """As the next edition has it; None: still owed."""
        return self.own if self.own is not None else self.drawn or None

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(one.unit for one in self.row.texts) if self.row is not None else ()

    @property
    def named(self) -> tuple[str, ...]:
        return sources(self.text or "", self.row)

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(unit for unit in self.units if unit not in self.named) if self.text else ()

    @property
    def seal(self) -> str:
        """Of what was drawn and edited: a form made from anything else is stale."""
        return sha256(f"{self.edit.id if self.edit else 0}\n{self.drawn}".encode()).hexdigest()[:32]


def open_cycle(ctx: Context, cycle_id: int, permission: Permission = Permission.MONITOR) -> ReportCycle:
    """An opened cycle, for whoever may. Raises NotFound, NotAllowed."""
    cycle = cycles.load(ctx.session, cycle_id)
    if cycle is None or cycle.opened_at is None:
        raise NotFound(N_("Không tìm thấy kỳ báo cáo này, hoặc kỳ chưa mở."))
    scope = Scope(
        standing_unit_ids=ctx.offices.get(cycle.programme_id, frozenset()),
        issuer_unit_id=cycle.programme.issuer_unit_id,
    )
    demand(ctx.actor, permission, scope)
    return cycle


def sections(ctx: Context, cycle: ReportCycle) -> list[Section]:
    """All of them, in the order of the report, as the units' accepted texts are now."""
    rows = drawn_sections(ctx, cycle)
    by_key, texts = {one.key: one for one in rows}, drawn(rows)
    edits = store.edits(ctx.session, cycle.id)
    groups = [
        clause.text
        for clause in programmes.clauses_by_ref(ctx.session, cycle.programme_id).values()
        if clause.kind is ClauseKind.SOLUTION_GROUP
    ]
    found = []
    for key, title in sections_of(cycle.kind, rows, groups):
        edit, text = edits.get(key), texts.get(key, "")
        changed = compared(edit.drawn, text) if edit is not None and edit.text is not None else []
        found.append(Section(key, title, by_key.get(key), text, edit, changed))
    return found


def section(ctx: Context, cycle: ReportCycle, key: str) -> Section:
    found = next((one for one in sections(ctx, cycle) if one.key == key), None)
    if found is None:
        raise NotFound(N_("Không tìm thấy mục này."))
    return found


def arranged(one: Section, order: Sequence[tuple[str, float]]) -> str:
    """The texts of these units, merged in the order of the numbers beside them; others are left out."""
    place = dict(order)
    if one.row is None:
        return ""
    return merged(sorted((text for text in one.row.texts if text.unit in place), key=lambda text: place[text.unit]))


def edit_section(ctx: Context, cycle_id: int, key: str, *, text: str | None, seal: str) -> None:
    """`text` "": nothing shall stand there; None: back to what is drawn. Raises Conflict where somebody else, or a
    unit's report, has changed the section since the form was made."""
    cycle = open_cycle(ctx, cycle_id, Permission.BUILD_REPORT)
    _take_turn(ctx, cycle, section(ctx, cycle, key).key)
    now = section(ctx, cycle, key)
    if seal != now.seal:
        raise Conflict(N_("Mục này vừa được sửa, hoặc báo cáo của đơn vị vừa thay đổi, sau khi anh/chị mở trang."))
    if text is not None and len(text) > LONGEST:
        raise Invalid(N_("Nội dung dài quá %(n)s ký tự; hãy rút gọn."), field="text", n=LONGEST)
    kept = plain(text) if text is not None else None
    if now.edit is not None and now.edit.text == kept and not now.changed:
        return
    _write(ctx, cycle, now, kept)


def empty_rest(ctx: Context, cycle_id: int, keys: Collection[str]) -> int:
    """Leaves empty those of these sections that nobody has written, nor any unit; how many. Each as if by itself."""
    cycle = open_cycle(ctx, cycle_id, Permission.BUILD_REPORT)
    for key in sorted({one.key for one in sections(ctx, cycle)} & set(keys)):
        _take_turn(ctx, cycle, key)
    found = [one for one in sections(ctx, cycle) if one.key in keys and one.text is None]
    if not found:
        raise Conflict(N_("Các mục này vừa có nội dung hoặc đã được bỏ trống."))
    for one in found:
        _write(ctx, cycle, one, "")
    return len(found)


def _take_turn(ctx: Context, cycle: ReportCycle, key: str) -> None:
    ctx.session.connection().exec_driver_sql(
        "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (cycle.id, f"section:{key}")
    )


def _write(ctx: Context, cycle: ReportCycle, now: Section, text: str | None) -> None:
    assert ctx.actor.user_id is not None
    row = EditedSection(
        cycle_id=cycle.id, key=now.key, text=text, drawn=now.drawn, edited_at=ctx.now, edited_by_id=ctx.actor.user_id
    )
    ctx.session.add(row)
    ctx.session.flush()
    record(ctx, "edit_section", "cycle", cycle.id, data={"key": now.key, "characters": len(text or "")})


@dataclass(frozen=True)
class Owed:
    key: str
    title: str


def owed(report: ConsolidatedReport) -> list[Owed]:
    """The sections of an edition that have no text and were not left empty on purpose."""
    if report.snapshot is None:
        return []
    snapshot = Snapshot.from_json(report.snapshot)
    titles = sections_of(CycleKind(snapshot.cycle), snapshot.sections, snapshot.solution_groups)
    texts = report.texts or {}
    return [Owed(key, title) for key, title in titles if texts.get(key, {}).get("text") is None]
