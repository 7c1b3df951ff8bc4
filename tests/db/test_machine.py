"""A random walk through the workflow with extensions, delegations, splits and second copies of forms: whatever people
do in whatever order, the invariants hold.

2,000 steps here; `make test-long` walks 100,000 (MACHINE_STEPS).
"""

import os
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.machine import walk
from tracker.models.assignment import Assignment
from tracker.models.audit import AuditEvent
from tracker.models.extension import ExtensionRequest
from tracker.models.unit import Unit
from tracker.models.user import User
from tracker.rules.calendar import LOCAL
from tracker.rules.errors import DomainError
from tracker.rules.workflow import State
from tracker.services import assignment as verbs
from tracker.services import delegation as delegations
from tracker.services import extension as extensions
from tracker.services import tally
from tracker.services import update as updates
from tracker.services.form import first_time
from tracker.services.part import split

STEPS = int(os.environ.get("MACHINE_STEPS", "2000"))
PER_WALK = 50
PEOPLE = (
    "truong.p-yte", "canbo.p-yte", "truong.p-ldtbxh", "truong.ubnd-huyen", "truong.p-tuphap", "truong.congan",
    "kiemtoan",
)  # fmt: skip
DAYS = st.integers(-20, 60)
WORDS = st.sampled_from(["", "  ", "Đã họp", "Chờ kinh phí"])
TALLIES = text("SELECT state, sum(n) FROM tallies GROUP BY state HAVING sum(n) <> 0")
# Where the folded counters and their sums, of years and of units, are not alike.
APART = text("""
    SELECT 'year', programme_id, year, state, klass, due_on, carried, NULL, NULL, sum(n) FROM (
        SELECT programme_id, year, state, klass, due_on, carried, n FROM year_tallies
        UNION ALL SELECT programme_id, year, state, klass, due_on, carried, -n FROM tallies WHERE folded
    ) AS years GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(n) <> 0
    UNION ALL
    SELECT 'unit', programme_id, year, NULL, klass, due_on, carried, lead_unit_id, NULL, sum(n) FROM (
        SELECT programme_id, year, lead_unit_id, carried, NULL AS klass, due_on, 1 AS n
        FROM unit_tallies, unnest(deadlines) AS due_on
        UNION ALL SELECT programme_id, year, lead_unit_id, carried, 'overdue', NULL, late FROM unit_tallies
        UNION ALL SELECT programme_id, year, lead_unit_id, carried, 'other', NULL, n - late - cardinality(deadlines)
        FROM unit_tallies
        UNION ALL SELECT programme_id, year, lead_unit_id, carried,
            CASE WHEN klass IS NULL OR klass = 'overdue' THEN klass ELSE 'other' END, due_on, -n
        FROM tallies WHERE folded AND state <> 'cancelled'
    ) AS units GROUP BY programme_id, year, klass, due_on, carried, lead_unit_id HAVING sum(n) <> 0
""")
LAST_STANDING = text(
    "SELECT DISTINCT ON (assignment_id) assignment_id, state, due_on, submitted_on, lead_unit_id FROM past_standings"
    " WHERE assignment_id = ANY(:ids) ORDER BY assignment_id, since DESC"
)


def machine(session: Session, act: Act) -> type[RuleBasedStateMachine]:
    units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    people = {user.login: user.id for user in session.scalars(select(User))}
    mine = list(
        session.scalars(
            select(Assignment.id).where(Assignment.lead_unit_id == units["p-yte"]).order_by(Assignment.id).limit(3)
        )
    )

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.savepoint = session.begin_nested()
            self.now = datetime(2026, 3, 2, 9, 0, tzinfo=LOCAL)
            self.watched = set(mine)
            self.original = {
                row.id: row.original_due_on
                for row in session.scalars(select(Assignment).where(Assignment.id.in_(mine)))
            }
            self.copies = 0

        def teardown(self) -> None:
            self.savepoint.rollback()
            session.expire_all()

        def try_(self, who: str, verb: Any, *args: Any, **kwargs: Any) -> Any:
            """What the rules refuse leaves nothing behind, as at the edge."""
            step = session.begin_nested()
            try:
                found = verb(act(who, at=self.now), *args, **kwargs)
                session.flush()
                step.commit()
                return found
            except DomainError:
                step.rollback()
                session.expire_all()
                return None

        @rule(days=st.integers(0, 30), hours=st.integers(0, 10))
        def time_passes(self, days: int, hours: int) -> None:
            self.now = min(self.now + timedelta(days=days, hours=hours), datetime(2029, 1, 1, tzinfo=LOCAL))

        @rule(
            who=st.sampled_from(PEOPLE), which=st.integers(0, 2), words=WORDS,
            verb=st.sampled_from(
                ["accept", "decline", "withdraw", "confirm", "return_", "suspend", "resume", "cancel", "reopen"]
            ),
        )  # fmt: skip
        def decide(self, who: str, which: int, words: str, verb: str) -> None:
            plain = verb in ("accept", "withdraw", "confirm")
            self.try_(who, getattr(verbs, verb), mine[which], **({} if plain else {"reason": words}))

        @rule(
            who=st.sampled_from(PEOPLE),
            which=st.integers(0, 2),
            unit=st.sampled_from(["p-yte", "p-tuphap"]),
            words=WORDS,
        )
        def reassign(self, who: str, which: int, unit: str, words: str) -> None:
            self.try_(who, verbs.reassign, mine[which], lead_unit_id=units[unit], reason=words)

        @rule(
            who=st.sampled_from(PEOPLE[:2]), which=st.integers(0, 2), words=WORDS,
            signal=st.sampled_from(["on_track", "blocked", "done", "?"]), percent=st.none() | st.integers(-1, 101),
        )  # fmt: skip
        def report(self, who: str, which: int, words: str, signal: str, percent: int | None) -> None:
            written = self.try_(who, updates.update_or_submit, mine[which], signal=signal, text=words, percent=percent)
            if written is not None:
                self.last = (who, mine[which], written.id)

        @rule()
        def take_back(self) -> None:
            if hasattr(self, "last"):
                self.try_(self.last[0], updates.undo, self.last[1], self.last[2])

        @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 2), words=WORDS, days=DAYS)
        def submit(self, who: str, which: int, words: str, days: int) -> None:
            done = self.now.date() + timedelta(days=min(days, 0))
            self.try_(who, verbs.submit, mine[which], result=words, done_on=done)

        @rule(
            who=st.sampled_from(PEOPLE[:4]), which=st.integers(0, 5), days=DAYS, by_office=st.booleans(), words=WORDS
        )  # fmt: skip
        def more_time(self, who: str, which: int, words: str, days: int, by_office: bool) -> None:
            """Of a part too, which may not get more than its whole has."""
            one = sorted(self.watched)[which % len(self.watched)]
            new = self.original[one] + timedelta(days=days)
            if by_office:
                self.try_("truong.p-ldtbxh", extensions.extend, one, due_on=new, reason="Mưa lũ")
            else:
                self.try_(who, extensions.ask, one, asked_due_on=new, reason=words)

        @rule(
            who=st.sampled_from(PEOPLE), words=WORDS, days=DAYS,
            decision=st.sampled_from(["granted", "refused", "proposed", "withdraw", "accept", "reject"]),
        )  # fmt: skip
        def decide_on_time(self, who: str, words: str, days: int, decision: str) -> None:
            request = session.scalar(select(ExtensionRequest).order_by(ExtensionRequest.id.desc()).limit(1))
            if request is None:
                return
            if decision in ("accept", "reject"):
                self.try_(who, extensions.answer, request.id, accepted=decision == "accept")
            elif decision == "withdraw":
                self.try_(who, extensions.withdraw, request.id)
            else:
                new = request.due_before + timedelta(days=days)
                self.try_(who, extensions.decide, request.id, decision=decision, due_on=new, reason=words)

        @rule(who=st.sampled_from(PEOPLE), start=st.integers(-3, 3), length=st.integers(0, 20))
        def somebody_is_away(self, who: str, start: int, length: int) -> None:
            first = self.now.date() + timedelta(days=start)
            self.try_(
                who, delegations.delegate, units["p-yte"], absent_id=people["truong.p-yte"],
                acting_id=people["canbo.p-yte"], valid_from=first, valid_to=first + timedelta(days=length),
            )  # fmt: skip

        @rule(
            who=st.sampled_from(PEOPLE),
            which=st.integers(0, 2),
            days=DAYS,
            unit=st.sampled_from(["congan", "p-tuphap"]),
        )
        def give_a_part(self, who: str, which: int, days: int, unit: str) -> None:
            due = self.original[mine[which]] - timedelta(days=days)
            part = self.try_(who, split, mine[which], unit_id=units[unit], text="Phần việc", due_on=due)
            if part is not None:
                self.watched.add(part.id)
                self.original[part.id] = part.original_due_on

        @rule()
        def a_form_arrives_twice(self) -> None:
            self.copies += 1
            token = f"copy{self.copies}"
            assert first_time(act("truong.p-yte", at=self.now), token)
            assert not first_time(act("truong.p-yte", at=self.now), token)

        @rule()
        def counters_are_folded(self) -> None:
            tally.fold(act(at=self.now))

        @invariant()
        def everything_fits(self) -> None:
            session.flush()
            rows = {row.id: row for row in session.scalars(select(Assignment).where(Assignment.id.in_(self.watched)))}
            standings = {row.assignment_id: row for row in session.execute(LAST_STANDING, {"ids": sorted(rows)})}
            for id_, row in rows.items():
                assert row.original_due_on == self.original[id_]
                past = standings[id_]
                assert (past.state, past.due_on, past.submitted_on, past.lead_unit_id) == (
                    row.state, row.due_on, row.submitted_on, row.lead_unit_id,
                )  # fmt: skip
                assert 0 <= row.percent <= 100
                if row.parent_id is not None:
                    whole: date | None = rows[row.parent_id].due_on
                    assert whole is None or row.due_on is None or row.due_on <= whole
                said = session.scalar(
                    select(AuditEvent.to_state)
                    .where(
                        AuditEvent.subject_type == "assignment", AuditEvent.subject_id == id_,
                        AuditEvent.to_state.is_not(None),
                    )
                    .order_by(AuditEvent.id.desc())
                    .limit(1)
                )  # fmt: skip
                assert said == row.state
            counted = dict(session.execute(select(Assignment.state, func.count()).group_by(Assignment.state)).all())  # type: ignore[arg-type]
            assert {State(state): n for state, n in session.execute(TALLIES)} == counted
            assert session.execute(APART).all() == []

    return Walk


def test_whatever_people_do(session: Session, act: Act) -> None:
    walk(machine(session, act), STEPS, PER_WALK)
