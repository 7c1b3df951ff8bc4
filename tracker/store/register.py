"""Who was told of what, when and with what result: read from what was recorded then, never worked out anew."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.rules.calendar import LOCAL
from tracker.rules.register import Result, result_of
from tracker.store.told import TOLD

BATCH = 1_000
PAGE_SIZE = 100


@dataclass(frozen=True)
class Asked:
    """A period, both days included, of a programme; `unit_ids` None: of every unit."""

    programme_id: int
    start: date
    end: date
    unit_ids: frozenset[int] | None = None

    def values(self) -> dict[str, Any]:
        return {
            "programme": self.programme_id,
            "begin": datetime.combine(self.start, time(), LOCAL),
            "end": datetime.combine(self.end + timedelta(days=1), time(), LOCAL),
            "units": None if self.unit_ids is None else sorted(self.unit_ids),
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One person told of one assignment. A step has `step_offset` and `role`, a broken promise `promised_on` and
    `role`, a chase `chased_by`.

    `told_at`: the step fired, the promise was found broken, the chase was written. `sent_at`: the mail server accepted
    it. `answered_at`: the first update or submission of the unit after that. `instead_of`: for whom it was, when that
    mail could not be delivered.
    """

    told_at: datetime
    assignment_id: int
    unit_name: str
    clause_ref: str
    text: str
    due_on: date | None
    step_offset: int | None
    role: str | None
    promised_on: date | None
    chased_by: str | None
    to_name: str | None
    to_address: str | None
    instead_of: str | None
    mail_id: int | None
    sent_at: datetime | None
    result: Result
    answered_at: datetime | None


_ASKED = "told.programme_id = :programme AND told.told_at >= :begin AND told.told_at < :end"
_OF_UNITS = f"{_ASKED} AND (CAST(:units AS integer[]) IS NULL OR told.unit_id = ANY(CAST(:units AS integer[])))"
_ENTRIES = f"""
    SELECT told.told_at, told.assignment_id, un.name AS unit_name, c.ref AS clause_ref, a.text, told.due_on,
        told.step_offset, told.role, told.promised_on, chaser.name AS chased_by,
        coalesce(o.to_name, person.name) AS to_name, o.to_address, before.to_name AS instead_of, o.id AS mail_id,
        o.sent_at, o.state, told.recipient_id,
        least(
            (SELECT min(up.created_at) FROM updates AS up WHERE up.assignment_id = told.assignment_id
                AND up.created_at > coalesce(o.sent_at, told.told_at) AND up.undone_at IS NULL AND up.unit_id IS NULL),
            (SELECT min(ro.submitted_at) FROM rounds AS ro WHERE ro.assignment_id = told.assignment_id
                AND ro.submitted_at > coalesce(o.sent_at, told.told_at))
        ) AS answered_at
    FROM ({TOLD}) AS told
    JOIN assignments AS a ON a.id = told.assignment_id
    JOIN units AS un ON un.id = told.unit_id
    JOIN duties AS d ON d.id = a.duty_id
    JOIN clauses AS c ON c.id = d.clause_id
    LEFT JOIN users AS chaser ON chaser.id = told.chaser_id
    LEFT JOIN users AS person ON person.id = told.recipient_id
    LEFT JOIN outbox AS o ON o.id = told.outbox_id
    LEFT JOIN outbox AS before ON before.id = o.instead_of_id
    WHERE {_OF_UNITS}
    ORDER BY told.told_at, told.assignment_id, told.kind, told.id
"""
_COUNTS = text(f"""
    SELECT o.state, told.recipient_id IS NOT NULL AS somebody, count(*) AS n
    FROM ({TOLD}) AS told LEFT JOIN outbox AS o ON o.id = told.outbox_id
    WHERE {_OF_UNITS} GROUP BY 1, 2
""")
_ALL = text(_ENTRIES).execution_options(yield_per=BATCH)
_PAGE = text(f"{_ENTRIES} LIMIT :size OFFSET :skipped")


def entries(session: Session, asked: Asked) -> Iterator[Entry]:
    """All of them in order of time, those of one moment by assignment, in bounded memory. Reads on while it is read."""
    return (_entry(row) for row in session.execute(_ALL, asked.values()))


def entries_of_page(session: Session, asked: Asked, number: int) -> list[Entry]:
    """Page `number`, from 1."""
    values = asked.values() | {"size": PAGE_SIZE, "skipped": (number - 1) * PAGE_SIZE}
    return [_entry(row) for row in session.execute(_PAGE, values)]


def counts(session: Session, asked: Asked) -> dict[Result, int]:
    """How often each result, those that occur."""
    found: dict[Result, int] = {}
    for state, somebody, n in session.execute(_COUNTS, asked.values()):
        result = result_of(state, somebody=somebody)
        found[result] = found.get(result, 0) + n
    return {result: found[result] for result in Result if result in found}


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)
    result = result_of(values.pop("state"), somebody=values.pop("recipient_id") is not None)
    return Entry(**values, result=result)


_UNITS = text("""
    SELECT u.id, u.name FROM units AS u
    WHERE EXISTS (SELECT FROM assignments AS a WHERE a.lead_unit_id = u.id AND a.programme_id = :programme)
        AND (CAST(:units AS integer[]) IS NULL OR u.id = ANY(CAST(:units AS integer[])))
    ORDER BY u.position, u.id
""")


def units_of(session: Session, programme_id: int, unit_ids: Collection[int] | None) -> list[tuple[int, str]]:
    """(id, name) of the units that lead work of a programme; of `unit_ids` only, where they are given."""
    rows = session.execute(_UNITS, {"programme": programme_id, "units": None if unit_ids is None else list(unit_ids)})
    return [(id_, name) for id_, name in rows]
