"""November as a whole: what each unit files (told by its number), filing without a browser, reading the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO

from docx import Document
from flask import Flask
from sqlalchemy import select

from tests.helpers.filing import OFFICE, actor_named
from tracker.acting import acting
from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.indicator import Indicator, Measure
from tracker.models.unit import Unit
from tracker.rules.cycle import section_list
from tracker.rules.figures import Entry
from tracker.services import edition_text as editing
from tracker.services import filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.unit_report import Typed

WHY = "Theo sổ theo dõi của đơn vị"


@dataclass(frozen=True)
class Filer:
    """A line of the cycle's list. `measures`: id → per."""

    report_id: int
    unit_id: int
    code: str
    name: str
    is_commune: bool
    measures: dict[int, int]

    @property
    def login(self) -> str:
        return f"truong.{self.code}"

    def words(self, title: str, what: str = "theo kế hoạch") -> str:
        """What this unit writes in a section."""
        return f"{title} {what}, sổ {self.unit_id}."

    def sides(self, measure_id: int) -> tuple[int, int]:
        """Numerator and denominator of its figure; of an absolute number the first alone."""
        return 100 + 3 * self.unit_id + measure_id % 7, 300 + 10 * self.unit_id

    def entry(self, measure_id: int) -> Entry:
        numerator, denominator = map(Decimal, self.sides(measure_id))
        if self.measures[measure_id] == 1:
            return Entry(value=numerator, comment=WHY)
        return Entry(numerator=numerator, denominator=denominator, comment=WHY)


def filers(app: Flask, cycle_id: int) -> dict[str, Filer]:
    """Code → everybody who is expected to file, in the order of the list."""
    with app.app_context(), acting() as ctx:
        per = dict(ctx.session.execute(select(Measure.id, Measure.per)).all())
        rows = ctx.session.execute(
            select(UnitReport, Unit)
            .join(Unit, Unit.id == UnitReport.unit_id)
            .where(UnitReport.cycle_id == cycle_id, UnitReport.state != "exempt")
            .order_by(UnitReport.position, UnitReport.id)
        )
        return {
            unit.code: Filer(
                report.id, unit.id, unit.code, unit.name, unit.kind == "commune",
                {id_: per[id_] for id_ in report.measure_ids},
            )
            for report, unit in rows
        }  # fmt: skip


def file_by_service(app: Flask, filer: Filer, *, accept: bool) -> None:
    """What its head does on the page, and the office after it."""
    with app.app_context():
        head = actor_named(filer.login)
        with acting(head) as ctx:
            report = writing.view(ctx, filer.report_id)
            texts = {one.key: Typed(filer.words(one.title), 0) for one in section_list(report.cycle.form)}
            entries = {id_: (filer.entry(id_), None) for id_ in filer.measures}
            done = writing.save(ctx, filer.report_id, texts, entries)
            assert done.errors == {}, (filer.code, {part: error.message for part, error in done.errors.items()})
            filing.submit(ctx, filer.report_id)
            ctx.nudges.clear()
    if accept:
        accept_by_service(app, filer)


def accept_by_service(app: Flask, filer: Filer) -> None:
    with app.app_context(), acting(actor_named(OFFICE)) as ctx:
        review.accept(ctx, filer.report_id)
        ctx.nudges.clear()


def correct_by_service(app: Flask, filer: Filer, key: str, text: str) -> None:
    """A section that came back is written anew, filed and accepted."""
    with app.app_context():
        with acting(actor_named(filer.login)) as ctx:
            report = writing.view(ctx, filer.report_id)
            version = next(one.version for one in report.sections if one.key == key)
            writing.save_section(ctx, filer.report_id, key, text=text, version=version)
            filing.submit(ctx, filer.report_id)
            ctx.nudges.clear()
        accept_by_service(app, filer)


def write_what_is_owed(app: Flask, cycle_id: int) -> list[str]:
    """Titles of the sections that nobody but the office writes."""
    with app.app_context(), acting(actor_named(OFFICE)) as ctx:
        owed = [one for one in editing.sections(ctx, ctx.session.get_one(ReportCycle, cycle_id)) if one.text is None]
        for one in owed:
            editing.edit_section(ctx, cycle_id, one.key, text=f"Đã thực hiện: {one.key}.", seal=one.seal)
        return [one.title for one in owed]


def expected_rows(app: Flask, filed: Sequence[Filer]) -> list[tuple[str, str]]:
    """(name, value as the report says it) of the 35 measures: what the lead filed, else its communes' ratio of sums."""
    by_unit = {one.unit_id: one for one in filed}
    with app.app_context(), acting() as ctx:
        measures = ctx.session.execute(
            select(Measure.id, Measure.name, Measure.per, Indicator.lead_unit_id)
            .join(Indicator, Indicator.id == Measure.indicator_id)
            .order_by(Indicator.number, Measure.position)
        )
        return [(name, _value(id_, per, by_unit.get(lead or 0), filed)) for id_, name, per, lead in measures]


def _value(measure_id: int, per: int, lead: Filer | None, filed: Sequence[Filer]) -> str:
    chosen = [lead] if lead else [one for one in filed if one.is_commune and measure_id in one.measures]
    if not chosen:
        return "Chưa có số liệu"
    sides = [one.sides(measure_id) for one in chosen]
    numerator, denominator = (sum(one[side] for one in sides) for side in (0, 1))
    value = Fraction(numerator) if per == 1 else Fraction(numerator * per, denominator)
    exact = (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)
    words = f"{exact:,f}".rstrip("0").rstrip(".").translate(str.maketrans(",.", ".,"))
    unit = {100: "%", 1000: "‰"}.get(per, "")  # of others the table has "on so many" in a column of its own
    early = datetime.now(UTC).date() <= date(2026, 12, 31)  # then nobody can know more than an estimate
    return f"{words}{unit}{' (ước)' if early else ''}"


@dataclass(frozen=True)
class Read:
    """A report as somebody reads it who has only the .docx. `measures`: the cells of the rows of indicators."""

    paragraphs: list[str]
    measures: list[list[str]]
    filing: dict[str, list[str]]
    number: str


def read_report(content: bytes) -> Read:
    document = Document(BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in one.rows] for one in document.tables]
    measures = next(rows for rows in tables if "Mục tiêu 2025" in rows[0])
    filed = next(rows for rows in tables if "Ngày gửi" in " ".join(rows[0]))
    return Read(
        [one.text for one in document.paragraphs],
        [row for row in measures if row[0][:1].isdigit()],
        {row[1]: row for row in filed},
        tables[0][1][0],
    )
