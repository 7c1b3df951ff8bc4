"""A random year of reporting, from figures to editions: whatever units and the office do in whatever order, communes
add up as a ratio of sums, what was accepted is locked for the unit, and an edition is its snapshot, whatever changes.
240 steps here; `make test-long` walks 10,000 (MACHINE_STEPS)."""

import json
import os
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import measure_of
from tests.helpers.filing import LATER, OFFICE, report_of, unit_named
from tests.helpers.machine import walk
from tests.helpers.reporting import ACCEPTED, AROUND, Told, entry_of
from tracker.exports.consolidated import report_document
from tracker.models.cycle import ReportCycle
from tracker.models.indicator import Measure
from tracker.models.report import ConsolidatedReport
from tracker.rules.errors import DomainError
from tracker.rules.figures import rounded
from tracker.rules.filing import FilingState
from tracker.services import cycle as cycles
from tracker.services import edition_text as editing
from tracker.services import figure as figures
from tracker.services import filing
from tracker.services import report as reports
from tracker.services import report_build as building
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.cycle_opening import open_cycle
from tracker.services.unit_report import Typed
from tracker.store.figure import Line, current, lines_of, summary

STEPS = int(os.environ.get("MACHINE_STEPS", "240"))
PER_WALK = 20
LEAD, COMMUNES = "p-tuphap", ("xa-cao-xa", "xa-an-duong", "xa-ngoc-ly")
UNITS = (LEAD, *COMMUNES)
WHICH = st.sampled_from(UNITS)
NUMBERS = st.integers(0, 40)
PARTS = st.sampled_from(["highlights", "plans", "figures"])
# What waits for much else comes often.
DEEDS = (
    "time passes", "write", "write", "figure", "figure", "file", "file", "all goes well", "all goes well", "back",
    "back", "accept", "accept", "accept figures", "edit", "build", "issue", "around",
)  # fmt: skip
WORDS = st.sampled_from(["Đã họp", "Thiếu kinh phí", "Sẽ làm"])
END = datetime(2026, 12, 31, 9, tzinfo=LATER.tzinfo)


def machine(session: Session, act: Act) -> type[RuleBasedStateMachine]:
    measures = [measure_of(session, 14), measure_of(session, 5)]
    cycle = cycles.plan(act(OFFICE, at=LATER), programme_id=1, kind="annual", period="2026")
    cycles.set_measures(act(OFFICE, at=LATER), cycle.id, measures)
    open_cycle(act(OFFICE, at=LATER), cycle.id, told=False)
    cycle_id = cycle.id
    ids = {code: report_of(session, cycle, code).id for code in UNITS}
    unit_ids = {code: unit_named(session, code).id for code in UNITS}
    keys = [one["key"] for one in cycle.form["sections"]]

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = session.begin_nested()
            self.now = LATER
            self.told = Told()
            self.locked: dict[str, dict[str, str]] = {}
            self.rows: dict[int, Any] = {}
            self.edits: dict[str, str | None] = {}
            # Edition → all that its documents are made of, and for a few the document itself.
            self.editions: dict[int, str] = {}
            self.printed: dict[int, bytes] = {}
            self.issued: dict[int, Any] = {}

        def teardown(self) -> None:
            try:
                for id_, document in self.printed.items():
                    assert report_document(building.material_of(act(at=self.now), id_)) == document
            finally:
                self.savepoint.rollback()
                session.expire_all()

        def try_(self, who: str, verb: Any, *args: Any, **kwargs: Any) -> Any:
            step = session.begin_nested()
            try:
                found = verb(act(who, at=self.now), *args, **kwargs)
                session.flush()
                step.commit()
                return found or True
            except DomainError:
                step.rollback()
                session.expire_all()
                return None

        def report(self, code: str) -> Any:
            return report_of(session, session.get_one(ReportCycle, cycle_id), code)

        # One rule, so that no walk leaves out what others wait for.
        @rule(
            deed=st.sampled_from(DEEDS), code=WHICH, part=PARTS, words=WORDS, a=NUMBERS, b=st.integers(41, 90),
            n=st.integers(0, 9), around=st.sampled_from(AROUND),
        )  # fmt: skip
        def then(self, deed: str, code: str, part: str, words: str, a: int, b: int, n: int, around: str) -> None:
            match deed:
                case "time passes":
                    self.now = min(self.now + timedelta(days=n), END)
                case "write":
                    self.write_all(code, words, a, b, n)
                case "figure":
                    self.write_on_the_page_of_figures(code, n % 2, a, b, n > 4)
                case "file":
                    self.file(code, n)
                case "all goes well":
                    self.all_goes_well(code, a, b)
                case "back":
                    self.give_back(code, part, words)
                case "accept":
                    self.accept(code)
                case "accept figures":
                    self.accept_on_the_page_of_figures(n % 2)
                case "edit":
                    self.edit("plans" if part == "figures" else part, {0: "", 1: None}.get(n, words))
                case "build":
                    self.build(n, a % 4)
                case "issue":
                    self.issue(a + 1, n, n > 7)
                case "around":
                    session.execute(text(around))
                    session.expire_all()

        def write_all(self, code: str, words: str, part: int, whole: int, none: int) -> None:
            report = self.report(code)
            versions = {one.key: one.version for one in report.sections}
            texts = {key: Typed(f"{words} {key} {code}", versions.get(key, 0)) for key in keys}
            entry = entry_of(None if none == 0 else (part, whole))
            done = self.try_(
                f"truong.{code}", writing.save, ids[code], texts, dict.fromkeys(report.measure_ids, (entry, None))
            )
            for saved in done.saved if done else ():
                if saved[1:].isdigit():
                    self.told.tell(int(saved[1:]), code, entry)

        def write_on_the_page_of_figures(self, code: str, at: int, part: int, whole: int, reason: bool) -> None:
            entry = entry_of((part, whole), reason="Đếm lại" if reason else "")
            done = self.try_(
                f"truong.{code}", figures.report_figure, measure_id=measures[at], unit_id=unit_ids[code],
                period="2026", entry=entry,
            )  # fmt: skip
            if done:
                self.told.tell(measures[at], code, entry)

        def file(self, code: str, back: int) -> None:
            self.try_(f"truong.{code}", filing.submit if back else filing.withdraw, ids[code])

        def all_goes_well(self, code: str, part: int, whole: int) -> None:
            self.write_all(code, "Đã họp", part, whole, 1)
            self.file(code, 1)
            self.accept(code)

        def give_back(self, code: str, part: str, words: str) -> None:
            verb = review.reopen if code in self.locked else review.return_
            if self.try_(OFFICE, verb, ids[code], reasons={part: words}):
                self.locked.pop(code, None)

        def accept(self, code: str) -> None:
            if self.try_(OFFICE, review.accept, ids[code]):
                report = self.report(code)
                self.locked[code] = {one.key: one.text for one in report.sections}
                self.told.accept(report.measure_ids, [code])

        def accept_on_the_page_of_figures(self, at: int) -> None:
            units = [unit_ids[code] for code in UNITS]
            self.try_(OFFICE, figures.accept_of_measure, measures[at], unit_ids=units, period="2026")
            self.told.accept([measures[at]], UNITS)

        def edit(self, key: str, words: str | None) -> None:
            self._edit(key, words)

        def _edit(self, key: str, words: str | None) -> None:
            found = session.get_one(ReportCycle, cycle_id)
            seal = editing.section(act(OFFICE, at=self.now), found, key).seal
            assert self.try_(OFFICE, editing.edit_section, cycle_id, key, text=words, seal=seal)
            self.edits[key] = words

        def write_what_is_owed(self) -> None:
            found = session.get_one(ReportCycle, cycle_id)
            for one in editing.sections(act(OFFICE, at=self.now), found):
                if one.text is None:
                    self._edit(one.key, f"Phòng viết {one.key}")

        def build(self, printed: int, number: int) -> None:
            if number:
                self.write_what_is_owed()
            report = self.try_(OFFICE, reports.request_report, programme_id=0, year=0, cycle_id=cycle_id)
            self._work(report.id, printed=printed == 0)
            self._says_what_is_now(report.id)
            if number > 1:
                self.issue(number, printed, False)

        def _work(self, report_id: int, *, printed: bool) -> None:
            """What a worker does; instead of most documents, what they are made of."""
            ctx = act(at=self.now)
            claimed = building.claim(ctx)
            assert claimed is not None
            assert claimed[0] == report_id
            building.freeze(ctx, *claimed, building.read(ctx, report_id, lambda: None))
            session.flush()
            session.expire_all()
            material = building.material_of(ctx, report_id)
            document = report_document(material) if printed else b"printed some other time"
            building.finish(ctx, *claimed, document, {})
            session.flush()
            self.editions[report_id] = repr(material)
            self.printed.pop(report_id, None)
            if printed:
                self.printed[report_id] = document

        def _says_what_is_now(self, report_id: int) -> None:
            material = building.material_of(act(at=self.now), report_id)
            names = {code: self.report(code).unit_name for code in self.locked}
            for one in material.snapshot.sections:
                wanted = {(names[code], texts.get(one.key, "")) for code, texts in self.locked.items()}
                assert {(each.unit, each.text) for each in one.texts} == {each for each in wanted if each[1].strip()}
                own = self.edits.get(one.key)
                assert own is None or material.texts[one.key].text == own
            lines = summary(session, 1, "2026", accepted_only=True)
            for (_ref, _of, row), line in zip(material.snapshot.measures(), lines, strict=True):
                assert row.value == (None if line.value is None else f"{rounded(line.value):f}")

        def issue(self, number: int, printed: int, again: bool) -> None:
            if not self.editions:
                return
            id_ = max(self.editions) if not again else min(self.editions)
            day = self.now.date()
            if self.try_(OFFICE, reports.issue_report, id_, number=str(number), day=day, incomplete=True):
                assert id_ not in self.issued
                self._work(id_, printed=printed == 0)
                self.issued[id_] = self._row(id_)
                for verb in (reports.cancel_report, reports.retry_report):
                    assert not self.try_(OFFICE, verb, id_)

        def _row(self, id_: int) -> Any:
            row = session.get_one(ConsolidatedReport, id_, populate_existing=True)
            kept = (row.document, row.issued_number, row.issued_on, row.issued_at, row.edition, row.recipient)
            return (*kept, json.dumps(row.snapshot, sort_keys=True), json.dumps(row.texts, sort_keys=True))

        def _lines(self, *, accepted_only: bool) -> list[Line]:
            found = [session.get_one(Measure, id_) for id_ in measures]
            return lines_of(session, [(one.indicator, one) for one in found], "2026", accepted_only)

        @invariant()
        def communes_add_up_as_a_ratio_of_sums(self) -> None:
            for accepted_only in (True, False):
                for line in self._lines(accepted_only=accepted_only):
                    found = line.communes.value if line.communes else None
                    assert found == self.told.together(line.measure_id, COMMUNES, accepted_only=accepted_only)

        @invariant()
        def what_was_filed_and_accepted_is_locked(self) -> None:
            for code in UNITS:
                report = self.report(code)
                assert (report.state is FilingState.ACCEPTED) == (code in self.locked)
                if code in self.locked:
                    assert {one.key: one.text for one in report.sections} == self.locked[code]
                    assert writing.open_parts(report) == frozenset()
                elif report.state is FilingState.SUBMITTED:
                    rows = current(session, report.measure_ids, [report.unit_id], "2026")
                    now = {str(measure): filing.figure_words(one) for (measure, _unit), one in rows.items()}
                    assert now == report.rounds[-1].content["values"]
            accepted = {one[0]: tuple(one) for one in session.execute(ACCEPTED)}
            assert {id_: accepted.get(id_) for id_ in self.rows} == self.rows
            self.rows = accepted

        @invariant()
        def an_edition_is_its_snapshot(self) -> None:
            for id_, material in self.editions.items():
                assert repr(building.material_of(act(at=self.now), id_)) == material
            for id_, row in self.issued.items():
                assert self._row(id_) == row

    return Walk


def test_a_random_year_of_reporting(session: Session, act: Act) -> None:
    walk(machine(session, act), STEPS, PER_WALK)
