"""What was done about assignments so far: reminders, chases, promises, extensions, explanations, what the unit said."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.rules.calendar import local_date
from tracker.rules.register import result_of
from tracker.rules.tried import Deed, Tried, What, brief, reminder
from tracker.store.told import TOLD

# The standing office that is told of its own late work is urged like any unit: as its head.
# `what` is a value of `rules.tried.What`, or "step"; `n` the step's offset or an update's percent.
_DEEDS = text(f"""
    SELECT deed.* FROM (
        SELECT told.assignment_id, told.told_at AS at, CASE WHEN told.chaser_id IS NULL THEN 'step' ELSE 'chased' END
            AS what, coalesce(chaser.name, CASE WHEN own.of_office THEN 'head' ELSE told.told_as END) AS whom,
            CASE WHEN own.of_office THEN 'head' ELSE told.role END AS role, o.state,
            told.recipient_id IS NOT NULL AS somebody, CAST(NULL AS date) AS day, told.step_offset AS n
        FROM ({TOLD}) AS told
        LEFT JOIN outbox AS o ON o.id = told.outbox_id
        LEFT JOIN users AS chaser ON chaser.id = told.chaser_id
        CROSS JOIN LATERAL (
            SELECT told.role = 'standing_office' AND told.told_as = 'standing_office' AND EXISTS (
                SELECT FROM standing_offices AS office
                WHERE office.programme_id = told.programme_id AND office.unit_id = told.unit_id
                    AND office.valid_from <= told.told_at AND coalesce(office.valid_to + 1 > told.told_at, true)
            ) AS of_office
        ) AS own
        WHERE told.assignment_id = ANY(:ids) AND told.promise_id IS NULL
        UNION ALL
        SELECT assignment_id, made_at, 'promised', NULL, NULL, outcome, NULL, promised_on, NULL FROM promises
        WHERE assignment_id = ANY(:ids) AND outcome <> 'withdrawn'
        UNION ALL
        SELECT assignment_id, coalesce(decided_at, asked_at), 'extension', NULL, NULL, state, NULL,
            CASE state WHEN 'granted' THEN decided_due_on ELSE asked_due_on END, NULL FROM extension_requests
        WHERE assignment_id = ANY(:ids) AND state <> 'withdrawn'
        UNION ALL
        SELECT assignment_id, asked_at, 'explanation', NULL, NULL, state, NULL, due_on, NULL FROM explanation_requests
        WHERE assignment_id = ANY(:ids) AND state <> 'withdrawn'
        UNION ALL
        SELECT assignment_id, decided_at, 'returned', NULL, NULL, decision, NULL, NULL, NULL FROM rounds
        WHERE assignment_id = ANY(:ids) AND decision = 'returned'
        UNION ALL
        SELECT * FROM (
            SELECT DISTINCT ON (assignment_id) assignment_id, created_at, 'updated', NULL, NULL, signal,
                CAST(NULL AS boolean), CAST(NULL AS date), percent FROM updates
            WHERE assignment_id = ANY(:ids) AND undone_at IS NULL AND unit_id IS NULL
            ORDER BY assignment_id, created_at DESC
        ) AS newest
    ) AS deed ORDER BY deed.assignment_id, deed.at, deed.what
""")


def tried(session: Session, assignment_ids: Collection[int]) -> dict[int, Tried]:
    """Assignment → what was tried before now; in one statement, however many."""
    found: dict[int, list[tuple[date, Deed]]] = defaultdict(list)
    for row in session.execute(_DEEDS, {"ids": list(assignment_ids)}):
        found[row.assignment_id].append((local_date(row.at), _deed(row)))
    return {id_: brief(found.get(id_, ())) for id_ in assignment_ids}


def _deed(row: Any) -> Deed:
    if row.what == "step":
        return reminder(row.role, row.whom, row.n, result_of(row.state, somebody=row.somebody))
    what = What(row.what)
    if what is What.CHASED:
        return Deed(what, (row.whom,), result_of(row.state, somebody=row.somebody))
    return Deed(what, day=row.day, came=row.state, percent=row.n)
