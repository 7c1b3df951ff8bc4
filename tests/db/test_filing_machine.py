"""A random year of filing: whatever units and the office do in whatever order, what was accepted is locked, rounds stay
as they were filed, the duty says the same as the report, and the monitor's counts are those of a plain list, mergers
included.

500 steps here; `make test-long` walks 10,000 (MACHINE_STEPS).
"""

import os
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.filing import LATER, OFFICE, opened, report_of
from tests.helpers.machine import walk
from tracker.models.assignment import Assignment
from tracker.models.cycle import UnitReport
from tracker.models.figure import Figure
from tracker.models.unit import Unit
from tracker.rules.errors import DomainError
from tracker.rules.figures import Entry
from tracker.rules.filing import FILED, WITH_THE_UNIT, FilingState
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import cycle as cycles
from tracker.services import expected, extension, filing
from tracker.services import report_review as review
from tracker.services import unit_report as writing
from tracker.services.unit_report import Typed
from tracker.services.update import update_or_submit
from tracker.store import cycle as store

STEPS = int(os.environ.get("MACHINE_STEPS", "500"))
PER_WALK = 50
UNITS = ("p-tuphap", "hnd", "xa-cao-xa")
LOGINS = {code: f"truong.{code}" for code in UNITS}
WHO = ("truong.p-tuphap", "canbo.p-tuphap", "truong.hnd", "truong.xa-cao-xa", OFFICE, "kiemtoan")
WHICH = st.sampled_from(UNITS)
KEYS = st.sampled_from(["highlights", "plans", "proposals", "figures", "nonsense"])
WORDS = st.sampled_from(["", "Đã họp", "Thiếu kinh phí", "Sẽ làm"])
# What the duty may be while the report is in a state.
DUTY = {
    FilingState.EXPECTED: {State.ASSIGNED, State.IN_PROGRESS, State.DECLINED, State.SUSPENDED},
    FilingState.DRAFT: {State.ASSIGNED, State.IN_PROGRESS, State.SUSPENDED},
    FilingState.RETURNED: {State.ASSIGNED, State.IN_PROGRESS, State.SUSPENDED},
    FilingState.SUBMITTED: {State.SUBMITTED},
    FilingState.ACCEPTED: {State.COMPLETED},
    FilingState.EXEMPT: {State.CANCELLED},
}


def machine(session: Session, act: Act) -> type[RuleBasedStateMachine]:
    cycle_id = opened(act).id
    cycle = session.get_one(cycles.ReportCycle, cycle_id)
    ids = {code: report_of(session, cycle, code).id for code in UNITS}
    unit_ids = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    keys = [one["key"] for one in cycle.form["sections"]]

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = session.begin_nested()
            self.now = LATER
            # Report → what its accepted text and its rounds were when last looked at.
            self.locked: dict[int, dict[str, str]] = {}
            self.rounds: dict[int, list[Any]] = {id_: [] for id_ in ids.values()}

        def teardown(self) -> None:
            self.savepoint.rollback()
            session.expire_all()

        def try_(self, who: str, verb: Any, *args: Any, **kwargs: Any) -> bool:
            step = session.begin_nested()
            try:
                verb(act(who, at=self.now), *args, **kwargs)
                session.flush()
                step.commit()
                return True
            except DomainError:
                step.rollback()
                session.expire_all()
                return False

        @rule(days=st.integers(0, 12))
        def time_passes(self, days: int) -> None:
            self.now = min(self.now + timedelta(days=days), datetime(2026, 12, 31, 9, tzinfo=LATER.tzinfo))

        @rule(which=WHICH, who=st.sampled_from(WHO), key=KEYS, words=WORDS, stale=st.booleans())
        def write(self, which: str, who: str, key: str, words: str, stale: bool) -> None:
            report = report_of(session, cycle, which)
            version = next((one.version for one in report.sections if one.key == key), 0) - stale
            before = {one.key: one.text for one in report.sections}
            if not self.try_(who, writing.save_section, ids[which], key, text=words, version=version):
                assert {one.key: one.text for one in report_of(session, cycle, which).sections} == before

        @rule(which=WHICH, words=WORDS)
        def write_all(self, which: str, words: str) -> None:
            report = report_of(session, cycle, which)
            versions = {one.key: one.version for one in report.sections}
            texts = {key: Typed(f"{key} {words}", versions.get(key, 0)) for key in keys}
            entries = {
                id_: (Entry(numerator=Decimal(len(words)), denominator=Decimal(50), comment="Đã rà"), None)
                for id_ in report.measure_ids
            }
            self.try_(LOGINS[which], writing.save, ids[which], texts, entries)

        @rule(which=WHICH, who=st.sampled_from(WHO), verb=st.sampled_from(["submit", "withdraw"]))
        def file(self, which: str, who: str, verb: str) -> None:
            self.try_(who, getattr(filing, verb), ids[which])

        @rule(which=WHICH)
        def file_by_its_head(self, which: str) -> None:
            self.try_(LOGINS[which], filing.submit, ids[which])

        @rule(which=WHICH, who=st.sampled_from([*WHO, OFFICE]), part=KEYS, words=WORDS, again=st.booleans())
        def give_back(self, which: str, who: str, part: str, words: str, again: bool) -> None:
            verb = review.reopen if again else review.return_
            if self.try_(who, verb, ids[which], reasons={part: words}):
                self.locked.pop(ids[which], None)

        @rule(which=WHICH, who=st.sampled_from([*WHO, OFFICE, OFFICE]))
        def accept(self, which: str, who: str) -> None:
            if self.try_(who, review.accept, ids[which]):
                self.locked[ids[which]] = {one.key: one.text for one in report_of(session, cycle, which).sections}

        @rule(which=WHICH, back=st.booleans(), words=WORDS)
        def excuse(self, which: str, back: bool, words: str) -> None:
            if back:
                self.try_(OFFICE, expected.expect, cycle_id, unit_ids[which])
            else:
                self.try_(OFFICE, expected.exempt, cycle_id, unit_ids[which], reason=words)

        @rule(
            which=WHICH, who=st.sampled_from(WHO), words=WORDS,
            verb=st.sampled_from(["submit", "done", "confirm", "return_", "withdraw", "cancel", "reopen", "suspend",
                                  "resume", "accept", "decline"]),
        )  # fmt: skip
        def by_the_duty_itself(self, which: str, who: str, words: str, verb: str) -> None:
            id_ = report_of(session, cycle, which).assignment_id
            if verb == "submit":
                self.try_(who, verbs.submit, id_, result="Đã nộp", done_on=self.now.date())
            elif verb == "done":
                self.try_(who, update_or_submit, id_, signal="done", text="Đã nộp")
            else:
                plain = verb in ("confirm", "withdraw", "accept")
                self.try_(who, getattr(verbs, verb), id_, **({} if plain else {"reason": words}))

        @rule(which=WHICH, days=st.integers(1, 40))
        def more_time(self, which: str, days: int) -> None:
            id_ = report_of(session, cycle, which).assignment_id
            self.try_(OFFICE, extension.extend, id_, due_on=self.now.date() + timedelta(days=days), reason="Mưa lũ")

        @rule(which=WHICH)
        def merge(self, which: str) -> None:
            """The unit is no more; another has its work."""
            session.execute(
                text("UPDATE units SET name = name || ' (cũ)', kind = 'centre' WHERE code = :code"), {"code": which}
            )
            session.expire_all()

        @rule(back=st.booleans())
        def close(self, back: bool) -> None:
            self.try_(OFFICE, cycles.open_again if back else cycles.close, cycle_id)

        @invariant()
        def accepted_is_locked(self) -> None:
            for code, id_ in ids.items():
                report = report_of(session, cycle, code)
                assert (report.state is FilingState.ACCEPTED) == (id_ in self.locked)
                if id_ in self.locked:
                    assert {one.key: one.text for one in report.sections} == self.locked[id_]
                    assert writing.open_parts(report) == frozenset()
                    figures = session.scalars(select(Figure).where(Figure.unit_id == report.unit_id)).all()
                    assert all(one.accepted_at is not None for one in figures)

        @invariant()
        def rounds_stay_as_they_were(self) -> None:
            for code, id_ in ids.items():
                rows = report_of(session, cycle, code).rounds
                told = [(one.number, one.content, one.submitted_by_id, one.decision, one.returned) for one in rows]
                assert [one[0] for one in told] == list(range(1, len(told) + 1))
                for before, now in zip(self.rounds[id_], told, strict=False):
                    assert before[:3] == now[:3]
                    assert before[3] is None or before[3:] == now[3:]
                assert len(told) >= len(self.rounds[id_])
                self.rounds[id_] = told

        @invariant()
        def the_duty_says_the_same(self) -> None:
            for code in UNITS:
                report = report_of(session, cycle, code)
                row = report.assignment
                assert row is not None
                session.refresh(row)
                assert row.state in DUTY[report.state], (report.state, row.state)
                if report.state in FILED:
                    assert report.rounds[-1].decision in (None, "accepted")
                    assert row.submitted_on == report.rounds[-1].submitted_at.astimezone(LATER.tzinfo).date()
                if report.state is FilingState.RETURNED:
                    assert writing.returned_parts(report)

        @invariant()
        def counts_are_those_of_the_list(self) -> None:
            rows = session.execute(
                select(UnitReport.level, UnitReport.state, Assignment.submitted_on, Assignment.due_on)
                .join(UnitReport.assignment)
                .where(UnitReport.cycle_id == cycle_id)
            ).all()
            today = self.now.date()
            for level, found in store.counts(session, [cycle_id], today)[cycle_id].items():
                here = [one for one in rows if one.level is level]
                filed = [one for one in here if one.state in FILED]
                behind = [one for one in here if one.state in WITH_THE_UNIT]
                assert found.expected == sum(one.state is not FilingState.EXEMPT for one in here)
                assert (found.filed, found.with_unit) == (len(filed), len(behind))
                assert found.on_time == sum(one.submitted_on <= one.due_on for one in filed)
                assert found.overdue == sum(one.due_on < today for one in behind)

    return Walk


def test_a_random_year_of_filing(session: Session, act: Act) -> None:
    walk(machine(session, act), STEPS, PER_WALK)
