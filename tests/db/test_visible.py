"""Lists, Excel and search hold exactly what the table of rights lets a person see, in random small worlds."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.models.assignment import Assignment
from tracker.models.coordination import CoordinatingUnit
from tracker.models.programme import Programme, StandingOffice
from tracker.models.unit import Unit
from tracker.rules.permissions import Actor, Permission, Post, Scope, may
from tracker.services.access import scope_of
from tracker.store.filters import Visible
from tracker.store.search import find

WORK, UNITS = 6, 4
WORD = "qwzvisible"
numbers = st.integers(0, UNITS - 1)
# Of each assignment: its lead, who coordinates, which one it is a part of, and its programme.
ONE = st.tuples(numbers, st.frozensets(numbers, max_size=2), st.none() | st.integers(0, WORK - 1), st.booleans())
PERSON = st.tuples(
    st.lists(st.tuples(numbers, st.sampled_from(["head", "deputy", "officer"])), max_size=2),
    st.sampled_from(["", "", "", "", "is_admin", "is_auditor"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    work=st.lists(ONE, min_size=WORK, max_size=WORK),
    office=numbers,
    issuers=st.tuples(numbers, numbers),
    people=st.lists(PERSON, min_size=1, max_size=4),
)
def test_view_is_visible(
    session: Session,
    act: Act,
    work: list[tuple[int, frozenset[int], int | None, bool]],
    office: int,
    issuers: tuple[int, int],
    people: list[tuple[list[tuple[int, str]], str]],
) -> None:
    with session.begin_nested() as world:
        rows, units, programmes = _world(session, work, office, issuers)
        ctx = act()
        scopes = {row.id: scope_of(ctx, row) for row in rows}
        wholes = [
            Scope(standing_unit_ids=ctx.offices.get(one.id, frozenset()), issuer_unit_id=one.issuer_unit_id)
            for one in programmes
        ]
        for posts, flag in people:
            flags = {flag: True} if flag else {}
            actor = Actor(1, "Ai đó", tuple(Post(units[unit], role) for unit, role in posts), **flags)
            overseen = frozenset(
                one.id for one, scope in zip(programmes, wholes, strict=True) if may(actor, Permission.MONITOR, scope)
            )
            seen = Visible(None if len(overseen) == 2 else overseen, actor.units)
            listed = session.scalars(select(Assignment.id).where(seen.where(), Assignment.id.in_(scopes)))
            wanted = {id_ for id_, scope in scopes.items() if may(actor, Permission.VIEW, scope)}
            assert set(listed) == wanted
            found = find(session, WORD, programme_ids=seen.programme_ids, unit_ids=actor.units)
            assert {row.id for row in found.rows} == wanted
        world.rollback()
    session.expire_all()


def _world(
    session: Session, work: list[tuple[int, frozenset[int], int | None, bool]], office: int, issuers: tuple[int, int]
) -> tuple[list[Assignment], list[int], list[Programme]]:
    """A few assignments of four units in two programmes; each is changed step by step, as verbs would."""
    units = list(session.scalars(select(Unit.id).order_by(Unit.id).limit(UNITS)))
    first = session.scalars(select(Programme)).one()
    other = Programme(
        identity="khac", title="Khác", kind=first.kind, issuer=first.issuer, issuer_unit_id=units[issuers[1]],
        period_start=2026, period_end=2030, based_on=[], report_to=[],
    )  # fmt: skip
    first.issuer_unit_id = units[issuers[0]]
    session.add(other)
    session.flush()
    session.add(StandingOffice(programme_id=other.id, unit_id=units[office], valid_from=date(2021, 1, 1)))
    rows = list(session.scalars(select(Assignment).order_by(Assignment.id).limit(WORK)))
    for n, (row, (_lead, helpers, whole, elsewhere)) in enumerate(zip(rows, work, strict=True)):
        row.text, row.year, row.period = WORD, 3000 + n, str(3000 + n)
        row.programme_id = other.id if elsewhere else first.id
        row.parent_id = rows[whole].id if whole is not None and whole != n else None
        row.coordination = [CoordinatingUnit(unit_id=units[unit]) for unit in sorted(helpers)]
    session.flush()
    # The lead of a whole changes when it has its parts already.
    for row, (lead, *_) in zip(rows, work, strict=True):
        row.lead_unit_id = units[lead]
    session.flush()
    session.expire_all()
    return rows, units, [first, other]
