"""What an opening would do: which duties, for which units, in which periods, and what they carry. Changes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from tracker.models.duty import Duty, DutyKind
from tracker.models.programme import Programme
from tracker.models.unit import Unit
from tracker.rules.deadlines import effective_due
from tracker.rules.errors import Invalid
from tracker.rules.recurrence import Period, Recurrence, Rule, due_in, in_sentence, last_day_of, period_named
from tracker.rules.rollover import ONCE, Earlier, carried_from, carried_to, in_order, opens_single_duty, unfinished
from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.services.context import Context
from tracker.services.duty import in_force, recurrence_of
from tracker.store.opening import Given, Single, given, single_duties
from tracker.store.programme import duties
from tracker.store.unit import members_of_class, units_on

# (duty, unit it is opened for, key of the period).
Key = tuple[int, int, str]


@dataclass(frozen=True)
class New:
    """An assignment to be opened. `carried` is the key of the one that the duty had left unfinished."""

    duty: Duty
    unit: Unit
    period: Period
    year: int
    nominal: date | None
    due: date | None
    carried: Key | None = None

    @property
    def key(self) -> Key:
        return self.duty.id, self.unit.id, self.period.key


@dataclass(frozen=True)
class Onwards:
    """A single duty's assignment that goes into later years' lists, up to `year`."""

    row: Single
    year: int


@dataclass
class Plan:
    """`empty` and `passed` name clauses: those that no unit takes; single duties whose deadline lies before the year.

    `left`: unfinished work of earlier periods that no new assignment goes on with. `later`: duties whose recurrence
    was changed and that still go by the one of before in these periods.
    """

    programme: Programme
    periods: list[Period]
    new: list[New] = field(default_factory=list)
    existing: int = 0
    empty: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    onwards: list[Onwards] = field(default_factory=list)
    left: list[Given] = field(default_factory=list)
    later: list[Duty] = field(default_factory=list)
    # What was given before, by everything it may be found by.
    ids: dict[Key, int] = field(default_factory=dict)
    # Of what this opening gave: the version that answers from its mail are about.
    versions: dict[Key, int] = field(default_factory=dict)

    @property
    def carried(self) -> list[New]:
        return [one for one in self.new if one.carried]

    @property
    def fingerprint(self) -> str:
        """What somebody has looked at and agreed to."""
        facts = [(one.key, str(one.due), one.carried) for one in self.new]
        return sha256(repr([facts, [(one.row.id, one.year) for one in self.onwards]]).encode()).hexdigest()[:16]


def check_within(programme: Programme, periods: Sequence[Period]) -> None:
    """Raises Invalid for a period outside the programme's."""
    for period in periods:
        if not programme.period_start <= period.first.year <= programme.period_end:
            raise Invalid(
                N_("Năm %(year)s nằm ngoài giai đoạn %(start)s–%(end)s của chương trình."),
                field="year",
                year=period.first.year,
                start=programme.period_start,
                end=programme.period_end,
            )


def make_plan(ctx: Context, programme: Programme, periods: Sequence[Period]) -> Plan:
    """Of these periods, in the order of time, and of what single duties have to go on with today."""
    check_within(programme, periods)
    plan = Plan(programme, in_order(periods))
    plan.onwards = onwards(ctx, programme)
    if plan.periods:
        _Planning(ctx, plan).fill()
    return plan


def onwards(ctx: Context, programme: Programme) -> list[Onwards]:
    found = []
    for row in single_duties(ctx.session, programme.id, min(ctx.today.year, programme.period_end)):
        year = carried_to(row.year, row.standings, ctx.today, programme.period_end)
        if year is not None and year > (row.carried_to or row.year):
            found.append(Onwards(row, year))
    return found


class _Planning:
    def __init__(self, ctx: Context, plan: Plan) -> None:
        self.ctx, self.plan, self.programme = ctx, plan, plan.programme
        self.duties = duties(ctx.session, self.programme.id)
        keys = [period.key for period in plan.periods]
        kinds = {one.id: {recurrence_of(one, period.first) for period in plan.periods} for one in self.duties}
        single = [id_ for id_, found in kinds.items() if Recurrence.ONCE in found]
        self.given = given(ctx.session, self.programme.id, periods=keys, single=single)
        self.taken: set[Key] = set()
        self.ever: set[tuple[int, int]] = set()
        self.others: dict[tuple[int, int], list[Earlier]] = defaultdict(list)
        for row in self.given:
            # Whoever leads it now has it, and whom it was opened for is not given it again.
            for unit_id in {row.opened_for_id or row.lead_unit_id, row.lead_unit_id}:
                self.taken.add((row.duty_id, unit_id, row.period))
                self.ever.add((row.duty_id, unit_id))
            if row.opened_for_id is not None:
                self.others[row.duty_id, row.opened_for_id].append(Earlier(row.id, row.period, row.state))
                self.plan.ids[row.duty_id, row.opened_for_id, row.period] = row.id
        self._units: dict[date, dict[int, Unit]] = {}
        self._members: dict[tuple[int, date], list[Unit]] = {}

    def fill(self) -> None:
        for period in self.plan.periods:
            for duty in self.duties:
                recurrence = recurrence_of(duty, period.first)
                if recurrence is period.recurrence:
                    self._open(duty, period, period)
                elif recurrence is Recurrence.ONCE and period.recurrence is Recurrence.YEARLY:
                    if opens_single_duty(period, in_force(duty, period.first).deadline_on):
                        self._open(duty, ONCE, period)
                    elif not any(duty.id == row.duty_id for row in self.given):
                        self.plan.passed.append(duty.clause.ref)
        self.plan.later = [
            duty
            for duty in self.duties
            if duty.changes_on is not None and any(period.first < duty.changes_on for period in self.plan.periods)
        ]
        self.plan.left = [row for row in self.given if self._is_left(row)]

    def _open(self, duty: Duty, period: Period, within: Period) -> None:
        units = self._addressed(duty, within)
        if not units and duty.clause.ref not in self.plan.empty:
            self.plan.empty.append(duty.clause.ref)
        for unit in units:
            new = self._new(duty, unit, period, within)
            # A single duty is given to a unit once, under whatever period that was.
            if new.key in self.taken or (period == ONCE and (duty.id, unit.id) in self.ever):
                self.plan.existing += 1
                continue
            self.plan.new.append(new)
            self.taken.add(new.key)
            self.ever.add((duty.id, unit.id))
            # Without an id yet: what this very opening gives may be carried into a later period of it.
            self.others[duty.id, unit.id].append(Earlier(0, period.key, State.ASSIGNED))

    def _new(self, duty: Duty, unit: Unit, period: Period, within: Period) -> New:
        nominal = due_in(period, day_of(self.programme, duty, within.first))
        shift = self.programme.shift_days_off
        due = effective_due(nominal, self.ctx.calendar, shift=shift) if nominal else None
        before = carried_from(period, self.others[duty.id, unit.id])
        return New(
            duty, unit, period, within.first.year, nominal, due, (duty.id, unit.id, before.period) if before else None
        )

    def _addressed(self, duty: Duty, period: Period) -> list[Unit]:
        day = self._day(period)
        if day not in self._units:
            self._units[day] = {unit.id: unit for unit in units_on(self.ctx.session, day)}
        if duty.kind is DutyKind.REPORT:
            return [unit for unit in self._units[day].values() if unit.id != self.programme.issuer_unit_id]
        if duty.class_id is not None:
            key = (duty.class_id, day)
            if key not in self._members:
                self._members[key] = members_of_class(self.ctx.session, duty.class_id, day)
            return self._members[key]
        return [duty.unit] if duty.unit and duty.unit.id in self._units[day] else []

    def _day(self, period: Period) -> date:
        """Whoever is a unit on the last day of the reporting rule is bound; of a part of a year, on its last day."""
        if period.recurrence is not Recurrence.YEARLY:
            return period.last
        return due_in(period, _report_rule(self.programme)) or period.last

    def _is_left(self, row: Given) -> bool:
        period = period_named(row.period)
        if row.opened_for_id is None or period == ONCE or not unfinished(row.state):
            return False
        over = any(one.recurrence is period.recurrence and period.last < one.first for one in self.plan.periods)
        goes_on = any(
            period_named(one.period).first > period.last for one in self.others[row.duty_id, row.opened_for_id]
        )
        return over and not goes_on


def day_of(programme: Programme, duty: Duty, on: date) -> Rule | date | None:
    """What `due_in` takes, of a period that begins on this day: the duty's own deadline; else of a yearly duty the
    programme's reporting rule, of one that comes more often the last day of each period."""
    holds = in_force(duty, on)
    recurrence = holds.recurrence
    if recurrence is Recurrence.ONCE:
        return holds.deadline_on
    if holds.last_day:
        return Rule.of_year(holds.last_day)
    return _report_rule(programme) if recurrence is Recurrence.YEARLY else last_day_of(recurrence)


def wording(programme: Programme, duty: Duty, period: Period) -> str:
    """The text of an assignment."""
    match duty.kind:
        case DutyKind.REPORT:
            return f"Báo cáo kết quả thực hiện {programme.title} {in_sentence(period)}".rstrip()
        case DutyKind.INDICATOR if duty.indicator is not None:
            return f"Chỉ tiêu {duty.indicator.number}: {duty.indicator.text}"
        case _:
            return duty.clause.text


def _report_rule(programme: Programme) -> Rule | None:
    return Rule.of_year(programme.report_last_day) if programme.report_last_day else None
