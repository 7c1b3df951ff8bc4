"""Taking in a programme: its first text, or a changed text as a new version of the same programme."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import select

from tracker.importing.compare import compare
from tracker.importing.deadlines import Deadline
from tracker.importing.parsed import ParsedAddressee, ParsedClause, ParsedProgramme
from tracker.importing.programme import issuing_unit
from tracker.models.clause import Clause, ClauseKind
from tracker.models.duty import Duty, DutyKind, DutyRole
from tracker.models.escalation import LadderVersion
from tracker.models.indicator import Indicator
from tracker.models.programme import Programme, ProgrammeVersion, StandingOffice
from tracker.models.unit import Unit, UnitClass, UnitKind
from tracker.rules.ladder import DEFAULT_LADDER, LadderKind
from tracker.rules.text import fold
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.duty import set_deadline
from tracker.services.measure import write_measures
from tracker.store.ladder import step_rows
from tracker.store.programme import by_identity, clauses_by_ref, last_version
from tracker.store.unit import classes_by_name, units_by_name


@dataclass
class Imported:
    """`changes` is empty when the text was already known; `warnings` are the parser's and our own."""

    programme: Programme
    version: int
    is_new: bool
    changes: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


def import_programme(ctx: Context, parsed: ParsedProgramme, source: str) -> Imported:
    """The same text twice changes nothing; a changed text becomes a new version with the list of what changed."""
    digest = sha256(source.encode()).hexdigest()
    programme = by_identity(ctx.session, parsed.identity)
    before = last_version(ctx.session, programme.id) if programme else None
    if programme is not None and before is not None and before.sha256 == digest:
        return Imported(programme, before.number, is_new=False)
    work = _Import(ctx, parsed)
    if programme is None:
        programme = work.create()
    number = before.number + 1 if before else 1
    changes = work.write(programme, number)
    warnings = [{"ref": one.ref, "message": one.message} for one in parsed.warnings] + work.warnings
    ctx.session.add(
        ProgrammeVersion(
            programme_id=programme.id,
            number=number,
            sha256=digest,
            source=source,
            parsed=parsed.as_json(),
            changes=changes if before else [],
            warnings=warnings,
            imported_at=ctx.now,
            imported_by_id=ctx.actor.user_id,
        )
    )
    record(ctx, "import", "programme", programme.id, data={"version": number, "changes": len(changes)})
    ctx.session.flush()
    return Imported(programme, number, before is None, changes if before else [], warnings)


class _Import:
    """One parsed text on its way into the tables."""

    def __init__(self, ctx: Context, parsed: ParsedProgramme) -> None:
        self.ctx, self.session, self.parsed = ctx, ctx.session, parsed
        self.units = units_by_name(self.session)
        self.classes = classes_by_name(self.session)
        self.warnings: list[dict[str, Any]] = []

    def create(self) -> Programme:
        header, rule = self.parsed.programme, self.parsed.reporting
        programme = Programme(
            identity=self.parsed.identity,
            title=header.title,
            kind=header.kind,
            number=header.number,
            issuer=header.issuer,
            issuer_unit_id=self._unit(issuing_unit(header.issuer), "", UnitKind.COMMITTEE).id,
            issued_on=header.issued_on,
            issued_text=header.issued_text,
            period_start=header.period[0],
            period_end=header.period[1],
            based_on=header.based_on,
            report_wording=rule.wording if rule else None,
            report_recurrence=rule.recurrence if rule else None,
            report_last_day=rule.last_day if rule else None,
            report_to=rule.to if rule else [],
        )
        self.session.add(programme)
        self.session.flush()
        self.session.add(
            LadderVersion(
                programme_id=programme.id,
                kind=LadderKind.EVERY,
                number=1,
                made_at=self.ctx.now,
                steps=step_rows(DEFAULT_LADDER),
            )
        )
        return programme

    def write(self, programme: Programme, version: int) -> list[dict[str, Any]]:
        known = clauses_by_ref(self.session, programme.id)
        changes = compare(
            {ref: clause.text for ref, clause in known.items() if clause.retired_in is None},
            {clause.ref: clause.text for clause in self.parsed.clauses},
        )
        if rule := self.parsed.reporting:
            programme.report_wording, programme.report_recurrence = rule.wording, rule.recurrence
            programme.report_last_day, programme.report_to = rule.last_day, rule.to
        clauses = self._clauses(programme, version, known)
        self._indicators(programme, version, clauses)
        self._duties(programme, version, clauses)
        self._standing_office(programme)
        self._finance(programme)
        return changes

    def _clauses(self, programme: Programme, version: int, known: dict[str, Clause]) -> dict[str, Clause]:
        found: dict[str, Clause] = {}
        for one in self.parsed.clauses:
            found[one.ref] = self._clause(programme, known.get(one.ref), one, found)
        for ref, clause in known.items():
            if ref not in found and clause.retired_in is None:
                clause.retired_in = version
        return found

    def _clause(
        self, programme: Programme, clause: Clause | None, one: ParsedClause, found: dict[str, Clause]
    ) -> Clause:
        if clause is None:
            clause = Clause(programme_id=programme.id, ref=one.ref)
            self.session.add(clause)
        clause.kind, clause.position, clause.number = ClauseKind(one.kind), one.position, one.number
        clause.text, clause.retired_in = one.text, None
        clause.parent_id = found[one.parent_ref].id if one.parent_ref else None
        self.session.flush()  # children need the id
        return clause

    def _indicators(self, programme: Programme, version: int, clauses: dict[str, Clause]) -> None:
        known = {
            row.number: row
            for row in self.session.scalars(select(Indicator).where(Indicator.programme_id == programme.id))
        }
        for one in self.parsed.indicators:
            row = known.pop(one.number, None)
            if row is None:
                row = Indicator(programme_id=programme.id, number=one.number)
                self.session.add(row)
            row.clause_id, row.text, row.retired_in = clauses[one.ref].id, one.text, None
            row.lead_unit_id = self._unit(one.lead, one.ref).id if one.lead else None
            row.support = [self._unit(name, one.ref) for name in dict.fromkeys(one.support)]
            self.session.flush()
            for name in write_measures(self.session, row, one.measures, version):
                self._warn(one.ref, f"“{name}” được định nghĩa khác trước; số liệu đã báo cáo giữ ở chỉ tiêu cũ.")
        for row in known.values():
            row.retired_in = row.retired_in or version

    def _duties(self, programme: Programme, version: int, clauses: dict[str, Clause]) -> None:
        known = {row.key: row for row in self.session.scalars(select(Duty).where(Duty.programme_id == programme.id))}
        for addressee in self.parsed.addressees:
            for one in addressee.clauses:
                # Found (or added, with a flush) first: a duty without its addressee must not reach the database.
                is_class = addressee.kind == "class"
                class_id = self._class(addressee).id if is_class else None
                unit_id = None if is_class else self._unit(addressee.name, one.ref).id
                duty = self._duty(programme, known.pop(one.ref, None), one.ref, DutyKind.RESPONSIBILITY)
                duty.clause_id, duty.unit_id, duty.class_id = clauses[one.ref].id, unit_id, class_id
                duty.role, duty.is_request = DutyRole(one.role), addressee.request
                self._deadline(duty, one.ref, one.deadline)
        rows = self.session.scalars(
            select(Indicator).where(Indicator.programme_id == programme.id, Indicator.retired_in.is_(None))
        )
        for indicator in rows:
            if indicator.lead_unit_id is None:
                continue
            key = f"indicator:{indicator.number}"
            duty = self._duty(programme, known.pop(key, None), key, DutyKind.INDICATOR)
            duty.clause_id, duty.indicator_id = indicator.clause_id, indicator.id
            duty.unit_id, duty.role = indicator.lead_unit_id, DutyRole.LEAD
        if rule := self.parsed.reporting:
            duty = self._duty(programme, known.pop("report", None), "report", DutyKind.REPORT)
            duty.clause_id, duty.role = clauses[rule.ref].id, DutyRole.LEAD
            self._deadline(duty, rule.ref, Deadline(rule.wording, rule.recurrence, rule.last_day))
        for gone in known.values():
            gone.retired_in = gone.retired_in or version
        self.session.flush()

    def _deadline(self, duty: Duty, ref: str, named: Deadline | None) -> None:
        """What the office has set stays; where the text now says something else, somebody should look."""
        if duty.set_by_office:
            if named and named.wording != duty.deadline_wording:
                self._warn(ref, f"Văn bản ghi “{named.wording}”; giữ định kỳ, thời hạn do cơ quan thường trực đã đặt.")
            return
        set_deadline(duty, named)

    def _duty(self, programme: Programme, duty: Duty | None, key: str, kind: DutyKind) -> Duty:
        if duty is None:
            duty = Duty(programme_id=programme.id, key=key, kind=kind)
            self.session.add(duty)
        duty.retired_in = None
        return duty

    def _standing_office(self, programme: Programme) -> None:
        if self.session.scalar(select(StandingOffice.id).where(StandingOffice.programme_id == programme.id)):
            return  # a later change is a decision with a date, not an import
        for addressee in self.parsed.addressees:
            if addressee.standing_office and addressee.kind == "unit":
                unit = self._unit(addressee.name, f"IV.{addressee.number}")
                self.session.add(StandingOffice(programme_id=programme.id, unit_id=unit.id, valid_from=unit.valid_from))
                return
        self._warn("", "Văn bản không giao cơ quan thường trực; hãy chỉ định trước khi giao việc.")

    def _finance(self, programme: Programme) -> None:
        """The addressee that is asked for the money; who was chosen before stays."""
        for addressee in self.parsed.addressees:
            if programme.finance_unit_id is None and addressee.kind == "unit" and "tai chinh" in fold(addressee.name):
                programme.finance_unit_id = self._unit(addressee.name, f"IV.{addressee.number}").id

    def _unit(self, name: str, ref: str, kind: UnitKind = UnitKind.DEPARTMENT) -> Unit:
        """The unit of that name, or a new one with a warning: the document is right about who is bound."""
        unit = self.units.get(fold(name))
        if unit is None:
            start = f"{self.parsed.programme.period[0]}-01-01"
            unit = Unit(code=fold(name).replace(" ", "-"), name=name, short_name=name, kind=kind, aliases=[])
            unit.valid_from = type(self.ctx.today).fromisoformat(start)
            self.session.add(unit)
            self.session.flush()
            self.units[fold(name)] = unit
            self._warn(ref, f"Chưa có đơn vị “{name}” trong danh sách; đã thêm mới, hãy kiểm tra lại.")
        return unit

    def _class(self, addressee: ParsedAddressee) -> UnitClass:
        unit_class = self.classes.get(fold(addressee.name))
        if unit_class is None:
            unit_class = UnitClass(code=addressee.name, name=addressee.name, aliases=[])
            self.session.add(unit_class)
            self.session.flush()
            self.classes[fold(addressee.name)] = unit_class
            self._warn(
                addressee.clauses[0].ref if addressee.clauses else "",
                f"Nhóm “{addressee.name}” chưa có đơn vị thành viên; hãy bổ sung để giao việc.",
            )
        return unit_class

    def _warn(self, ref: str, message: str) -> None:
        self.warnings.append({"ref": ref, "message": message})
