"""A random year of reporting, from figures to editions: whatever units and the office do in whatever order, communes
add up as a ratio of sums, what was accepted is locked for the unit, and an edition is its snapshot, whatever changes.

200 steps here; `make test-long` walks 100,000 (MACHINE_STEPS).
"""

import json
import os
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_figure import measure_of
from tests.helpers.filing import LATER, OFFICE, report_of, unit_named
from tracker.exports.consolidated import report_document
from tracker.models.cycle import ReportCycle
from tracker.models.figure import Figure
from tracker.models.report import ConsolidatedReport
from tracker.rules.errors import DomainError
from tracker.rules.figures import Entry
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
from tracker.store.figure import Line, summary

STEPS = int(os.environ.get("MACHINE_STEPS", "200"))
PER_WALK = 50
LEAD, COMMUNES = "p-tuphap", ("xa-cao-xa", "xa-an-duong", "xa-ngoc-ly")
UNITS = (LEAD, *COMMUNES)
WHICH = st.sampled_from(UNITS)
NUMBERS = st.integers(0, 40)
PARTS = st.sampled_from(["highlights", "plans", "figures"])
WORDS = st.sampled_from(["Đã họp", "Thiếu kinh phí", "Sẽ làm"])
END = datetime(2026, 12, 31, 9, tzinfo=LATER.tzinfo)
# What an issued edition must not notice.
AROUND = (
    "UPDATE measures SET name = name || ' (khác)'",
    "UPDATE indicators SET text = text || ' (khác)'",
    "UPDATE targets SET value = value + 1",
    "UPDATE units SET name = name || ' (mới)'",
    "UPDATE programmes SET title = title || ' (sửa)'",
    "UPDATE assignments SET text = text || ' (sửa)'",
)


def machine(session: Session, act: Act) -> type[RuleBasedStateMachine]:
    measures = [measure_of(session, 14), measure_of(session, 5)]
    per = {14: 100, 5: 100}[14]
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
            # (measure, unit) → its rounds, oldest first: (numerator, denominator), None for "no data"; and accepted?
            self.told: dict[tuple[int, str], list[tuple[tuple[int, int] | None, bool]]] = {}
            self.locked: dict[str, dict[str, str]] = {}
            self.rows: dict[int, Any] = {}
            self.edits: dict[str, str | None] = {}
            # Edition → all that its documents are made of, and for a few the document itself.
            self.editions: dict[int, str] = {}
            self.printed: dict[int, bytes] = {}
            self.issued: dict[int, Any] = {}

        def teardown(self) -> None:
            for id_, document in self.printed.items():
                assert report_document(building.material_of(act(at=self.now), id_)) == document
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

        @rule(days=st.integers(0, 9))
        def time_passes(self, days: int) -> None:
            self.now = min(self.now + timedelta(days=days), END)

        @rule(code=WHICH, words=WORDS, part=NUMBERS, whole=st.integers(40, 90), none=st.integers(0, 5))
        def write_all(self, code: str, words: str, part: int, whole: int, none: int) -> None:
            report = self.report(code)
            versions = {one.key: one.version for one in report.sections}
            texts = {key: Typed(f"{words} {key} {code}", versions.get(key, 0)) for key in keys}
            entry = _entry(None if none == 0 else (part, whole))
            done = self.try_(
                f"truong.{code}", writing.save, ids[code], texts, dict.fromkeys(report.measure_ids, (entry, None))
            )
            for saved in done.saved if done else ():
                if saved[1:].isdigit():
                    self._tell(int(saved[1:]), code, entry)

        @rule(code=WHICH, at=st.integers(0, 1), part=NUMBERS, whole=st.integers(40, 90), reason=st.booleans())
        def write_on_the_page_of_figures(self, code: str, at: int, part: int, whole: int, reason: bool) -> None:
            entry = _entry((part, whole), reason="Đếm lại" if reason else "")
            done = self.try_(
                f"truong.{code}", figures.report_figure, measure_id=measures[at], unit_id=unit_ids[code],
                period="2026", entry=entry,
            )  # fmt: skip
            if done:
                self._tell(measures[at], code, entry)

        def _tell(self, measure: int, code: str, entry: Entry) -> None:
            rounds = self.told.setdefault((measure, code), [])
            numbers = None if entry.no_data else (int(entry.numerator or 0), int(entry.denominator or 0))
            if rounds and not rounds[-1][1]:
                rounds[-1] = (numbers, False)
            elif not rounds or rounds[-1][0] != numbers:
                rounds.append((numbers, False))

        @rule(code=WHICH, back=st.integers(0, 4))
        def file(self, code: str, back: int) -> None:
            self.try_(f"truong.{code}", filing.submit if back else filing.withdraw, ids[code])

        @rule(code=WHICH, part=PARTS, words=WORDS)
        def give_back(self, code: str, part: str, words: str) -> None:
            verb = review.reopen if code in self.locked else review.return_
            if self.try_(OFFICE, verb, ids[code], reasons={part: words}):
                self.locked.pop(code, None)

        @rule(code=WHICH)
        def accept(self, code: str) -> None:
            if self.try_(OFFICE, review.accept, ids[code]):
                report = self.report(code)
                self.locked[code] = {one.key: one.text for one in report.sections}
                self._accepted(report.measure_ids, [code])

        @rule(at=st.integers(0, 1))
        def accept_on_the_page_of_figures(self, at: int) -> None:
            units = [unit_ids[code] for code in UNITS]
            self.try_(OFFICE, figures.accept_of_measure, measures[at], unit_ids=units, period="2026")
            self._accepted([measures[at]], UNITS)

        def _accepted(self, of: Any, codes: Any) -> None:
            for (measure, code), rounds in self.told.items():
                if measure in of and code in codes:
                    rounds[-1] = (rounds[-1][0], True)

        @rule(key=st.sampled_from(["highlights", "plans"]), words=st.sampled_from(["Của phòng", "", None]))
        def edit(self, key: str, words: str | None) -> None:
            self._edit(key, words)

        def _edit(self, key: str, words: str | None) -> None:
            found = session.get_one(ReportCycle, cycle_id)
            seal = editing.section(act(OFFICE, at=self.now), found, key).seal
            assert self.try_(OFFICE, editing.edit_section, cycle_id, key, text=words, seal=seal)
            self.edits[key] = words

        @rule()
        def write_what_is_owed(self) -> None:
            found = session.get_one(ReportCycle, cycle_id)
            for one in editing.sections(act(OFFICE, at=self.now), found):
                if one.text is None:
                    self._edit(one.key, f"Phòng viết {one.key}")

        @rule(printed=st.integers(0, 9))
        def build(self, printed: int) -> None:
            report = self.try_(OFFICE, reports.request_report, programme_id=0, year=0, cycle_id=cycle_id)
            self._work(report.id, printed=printed == 0)
            self._says_what_is_now(report.id)

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
            if printed:
                self.printed[report_id] = document
            else:
                self.printed.pop(report_id, None)

        def _says_what_is_now(self, report_id: int) -> None:
            material = building.material_of(act(at=self.now), report_id)
            names = {code: self.report(code).unit_name for code in self.locked}
            for one in material.snapshot.sections:
                wanted = {(names[code], texts.get(one.key, "")) for code, texts in self.locked.items()}
                assert {(each.unit, each.text) for each in one.texts} == {each for each in wanted if each[1].strip()}
                own = self.edits.get(one.key)
                assert own is None or material.texts[one.key].text == own
            values = {line.measure_id: line for line in self._lines(accepted_only=True)}
            by_name = {one.name: one for _ref, _indicator, one in material.snapshot.measures()}
            for id_ in measures:
                one, line = by_name[values[id_].measure.name], values[id_]
                assert (one.value is None) == (line.value is None)
                if line.value is not None and one.value is not None:
                    assert abs(Fraction(one.value) - line.value) <= Fraction(1, 10**6)

        @precondition(lambda self: self.editions)
        @rule(number=st.integers(1, 99), printed=st.integers(0, 9), again=st.booleans())
        def issue(self, number: int, printed: int, again: bool) -> None:
            id_ = max(self.editions) if not again else min(self.editions)
            day = self.now.date()
            if self.try_(OFFICE, reports.issue_report, id_, number=str(number), day=day):
                assert id_ not in self.issued
                self._work(id_, printed=printed == 0)
                self.issued[id_] = self._row(id_)

        @precondition(lambda self: self.issued)
        @rule(which=st.sampled_from([reports.cancel_report, reports.retry_report]))
        def meddle_with_what_was_issued(self, which: Any) -> None:
            assert not self.try_(OFFICE, which, min(self.issued))

        @rule(statement=st.sampled_from(AROUND))
        def change_around(self, statement: str) -> None:
            session.execute(text(statement))
            session.expire_all()

        def _row(self, id_: int) -> Any:
            row = session.get_one(ConsolidatedReport, id_, populate_existing=True)
            kept = (row.document, row.issued_number, row.issued_on, row.issued_at, row.edition, row.recipient)
            return (*kept, json.dumps(row.snapshot, sort_keys=True), json.dumps(row.texts, sort_keys=True))

        def _lines(self, *, accepted_only: bool) -> list[Line]:
            return [
                one for one in summary(session, 1, "2026", accepted_only=accepted_only) if one.measure_id in measures
            ]

        @invariant()
        def communes_add_up_as_a_ratio_of_sums(self) -> None:
            for accepted_only in (True, False):
                for line in self._lines(accepted_only=accepted_only):
                    known = [
                        numbers
                        for code in COMMUNES
                        if (numbers := _counts(self.told.get((line.measure_id, code), []), accepted_only)) is not None
                    ]
                    found = line.communes.value if line.communes else None
                    sums = (sum(one for one, _ in known), sum(one for _, one in known))
                    assert found == (Fraction(sums[0] * per, sums[1]) if known else None)

        @invariant()
        def accepted_is_locked(self) -> None:
            for code in UNITS:
                report = self.report(code)
                assert (report.state is FilingState.ACCEPTED) == (code in self.locked)
                if code in self.locked:
                    assert {one.key: one.text for one in report.sections} == self.locked[code]
                    assert writing.open_parts(report) == frozenset()
            accepted = {one[0]: tuple(one) for one in session.execute(_ACCEPTED)}
            assert {id_: accepted.get(id_) for id_ in self.rows} == self.rows
            self.rows = accepted

        @invariant()
        def what_lies_with_the_office_is_what_was_filed(self) -> None:
            for code in UNITS:
                report = self.report(code)
                if report.state is FilingState.SUBMITTED:
                    rows = figures.store.current(session, report.measure_ids, [report.unit_id], "2026")
                    now = {str(measure): filing.figure_words(one) for (measure, _unit), one in rows.items()}
                    assert now == report.rounds[-1].content["values"]

        @invariant()
        def an_edition_is_its_snapshot(self) -> None:
            for id_, material in self.editions.items():
                assert repr(building.material_of(act(at=self.now), id_)) == material
            for id_, row in self.issued.items():
                assert self._row(id_) == row

    return Walk


_ACCEPTED = (
    select(
        Figure.id, Figure.measure_id, Figure.unit_id, Figure.unit_name, Figure.round, Figure.numerator,
        Figure.denominator, Figure.value, Figure.no_data, Figure.comment, Figure.reason, Figure.accepted_at,
    )
    .where(Figure.accepted_at.is_not(None))
)  # fmt: skip


def _entry(numbers: tuple[int, int] | None, reason: str = "Đếm lại") -> Entry:
    if numbers is None:
        return Entry(no_data=True, comment="Sổ", reason=reason)
    numerator, denominator = map(Decimal, numbers)
    return Entry(numerator=numerator, denominator=denominator, comment="Sổ", reason=reason)


def _counts(rounds: list[tuple[tuple[int, int] | None, bool]], accepted_only: bool) -> tuple[int, int] | None:
    """The round that counts: the newest accepted; where none is and all are asked for, the newest."""
    accepted = [numbers for numbers, is_accepted in rounds if is_accepted]
    if accepted:
        return accepted[-1]
    return rounds[-1][0] if rounds and not accepted_only else None


def test_a_random_year_of_reporting(session: Session, act: Act) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine(session, act),
        settings=settings(
            max_examples=max(1, STEPS // PER_WALK),
            stateful_step_count=PER_WALK,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
