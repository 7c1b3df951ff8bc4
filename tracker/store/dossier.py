"""All that the page of one assignment shows, read in one statement: it is the page that is opened most.

Records have the attributes of the models they stand for (`row.lead_unit.name`), so that rules and templates take
either; a record cannot be changed or saved.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.rules.workflow import State
from tracker.store.people import PEOPLE_IN, by_unit
from tracker.store.unit import FEW, few_of

_OF_OFFICE = """so.programme_id = a.programme_id
                AND so.valid_from <= :day AND (so.valid_to IS NULL OR so.valid_to >= :day)"""
# Who takes part: the lead, those who coordinate, the standing office.
_TAKING_PART = f"""ARRAY(
    SELECT a.lead_unit_id
    UNION SELECT cu.unit_id FROM coordinating_units AS cu WHERE cu.assignment_id = a.id
    UNION SELECT so.unit_id FROM standing_offices AS so WHERE {_OF_OFFICE}
)"""
_QUERY = text(f"""
SELECT row_to_json(found)::text FROM (
    SELECT a.*,
        json_build_object('id', lead.id, 'name', lead.name, 'short_name', lead.short_name) AS lead_unit,
        CASE WHEN o.id IS NOT NULL THEN json_build_object('id', o.id, 'name', o.name) END AS owner,
        json_build_object('title', p.title, 'issuer_unit_id', p.issuer_unit_id,
            'extension_days', p.extension_days) AS programme,
        json_build_object('clause_id', c.id, 'clause', json_build_object('ref', c.ref, 'text', c.text)) AS duty,
        CASE WHEN whole.id IS NOT NULL
            THEN json_build_object('lead_unit_id', whole.lead_unit_id, 'text', whole.text) END AS parent,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT cu.unit_id, cu.state, cu.contact_id, cu.question, cu.due_on, cu.contributed_on,
                json_build_object('id', un.id, 'name', un.name, 'short_name', un.short_name) AS unit,
                CASE WHEN u.id IS NOT NULL THEN json_build_object('name', u.name) END AS contact
            FROM coordinating_units AS cu JOIN units AS un ON un.id = cu.unit_id
            LEFT JOIN users AS u ON u.id = cu.contact_id
            WHERE cu.assignment_id = a.id ORDER BY un.position, un.id) AS x) AS coordination,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT r.number, r.result, r.submitted_at, r.decision, r.decided_at, r.reason,
                s.name AS submitted_by, d.name AS decided_by
            FROM rounds AS r JOIN users AS s ON s.id = r.submitted_by_id LEFT JOIN users AS d ON d.id = r.decided_by_id
            WHERE r.assignment_id = a.id ORDER BY r.number) AS x) AS rounds,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT e.at, e.verb, e.from_state, e.to_state, e.data::text AS data, u.name AS who, f.name AS for_whom
            FROM audit_events AS e LEFT JOIN users AS u ON u.id = e.actor_id
            LEFT JOIN users AS f ON f.id = e.on_behalf_of_id
            WHERE e.subject_type = 'assignment' AND e.subject_id = a.id ORDER BY e.id) AS x) AS events,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT up.id, up.signal, up.percent, up.text, up.created_at, up.undone_at, up.author_id,
                u.name AS author, un.name AS unit
            FROM updates AS up JOIN users AS u ON u.id = up.author_id LEFT JOIN units AS un ON un.id = up.unit_id
            WHERE up.assignment_id = a.id ORDER BY up.created_at, up.id) AS x) AS updates,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT cm.text, cm.created_at, u.name AS author, (
                SELECT coalesce(json_agg(coalesce(mu.name, mun.name) ORDER BY m.id), '[]') FROM mentions AS m
                LEFT JOIN users AS mu ON mu.id = m.user_id LEFT JOIN units AS mun ON mun.id = m.unit_id
                WHERE m.comment_id = cm.id) AS named
            FROM comments AS cm JOIN users AS u ON u.id = cm.author_id
            WHERE cm.assignment_id = a.id ORDER BY cm.id) AS x) AS comments,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT ch.text, ch.sent_at, u.name AS sent_by, (
                SELECT coalesce(json_agg(json_build_object('user_id', ru.id, 'name', ru.name, 'read_at', rd.read_at)
                    ORDER BY rd.user_id), '[]')
                FROM chase_readers AS rd JOIN users AS ru ON ru.id = rd.user_id WHERE rd.chase_id = ch.id) AS readers
            FROM chases AS ch JOIN users AS u ON u.id = ch.sent_by_id
            WHERE ch.assignment_id = a.id ORDER BY ch.id) AS x) AS chases,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT ev.id, ev.name, ev.size, ev.added_at, ev.added_by_id, json_build_object('name', u.name) AS added_by
            FROM evidence AS ev JOIN users AS u ON u.id = ev.added_by_id
            WHERE ev.assignment_id = a.id AND ev.removed_at IS NULL
            ORDER BY ev.added_at DESC, ev.id DESC) AS x) AS files,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT es.fired_at, es.role, es.step_offset, u.name AS recipient, ob.state AS mail
            FROM escalations AS es LEFT JOIN users AS u ON u.id = es.recipient_id
            LEFT JOIN outbox AS ob ON ob.id = es.outbox_id
            WHERE es.assignment_id = a.id ORDER BY es.fired_at, es.id) AS x) AS escalations,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT er.id, er.number, er.state, er.reason, er.due_before AS before_on, er.asked_due_on,
                er.decided_due_on, u.name AS asked_by
            FROM extension_requests AS er JOIN users AS u ON u.id = er.asked_by_id
            WHERE er.assignment_id = a.id ORDER BY er.number DESC) AS x) AS extensions,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT pm.id, pm.promised_on, pm.made_at, pm.outcome, pm.settled_at, pm.person_id, u.name AS person, (
                SELECT coalesce(json_agg(tu.name ORDER BY pn.id) FILTER (WHERE tu.id IS NOT NULL), '[]')
                FROM promise_notices AS pn LEFT JOIN users AS tu ON tu.id = pn.recipient_id
                WHERE pn.promise_id = pm.id) AS told,
                EXISTS (SELECT FROM promise_notices AS pn WHERE pn.promise_id = pm.id) AS was_told
            FROM promises AS pm JOIN users AS u ON u.id = pm.person_id
            WHERE pm.assignment_id = a.id ORDER BY pm.id DESC) AS x) AS promises,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT ex.id, ex.state, ex.question, ex.due_on, u.name AS asked_by
            FROM explanation_requests AS ex JOIN users AS u ON u.id = ex.asked_by_id
            WHERE ex.assignment_id = a.id ORDER BY ex.id DESC) AS x) AS explanations,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT part.id, part.text, part.due_on, part.state, json_build_object('name', un.name) AS lead_unit
            FROM assignments AS part JOIN units AS un ON un.id = part.lead_unit_id
            WHERE part.parent_id = a.id ORDER BY part.id) AS x) AS parts,
        CASE WHEN was.id IS NOT NULL THEN json_build_object('id', was.id, 'period', was.period, 'state', was.state,
            'due_on', was.due_on) END AS carried_from,
        (SELECT coalesce(json_agg(x), '[]') FROM (
            SELECT next.id, next.period, next.state, next.due_on FROM assignments AS next
            WHERE next.carried_from_id = a.id ORDER BY next.id) AS x) AS carried_into,
        (SELECT ur.id FROM unit_reports AS ur WHERE ur.assignment_id = a.id AND ur.state <> 'exempt') AS unit_report_id,
        (SELECT coalesce(json_agg(json_build_object('id', un.id, 'name', un.name) ORDER BY un.position), '[]')
            FROM standing_offices AS so JOIN units AS un ON un.id = so.unit_id
            WHERE {_OF_OFFICE}) AS offices,
        (SELECT coalesce(json_agg(x), '[]') FROM ({PEOPLE_IN.format(units=_TAKING_PART)}) AS x) AS people,
        (SELECT coalesce(json_agg(json_build_array(x.id, x.name)), '[]')
            FROM ({FEW.format(but="p.issuer_unit_id")}) AS x) AS units
    FROM assignments AS a
    JOIN units AS lead ON lead.id = a.lead_unit_id
    JOIN programmes AS p ON p.id = a.programme_id
    JOIN duties AS du ON du.id = a.duty_id
    JOIN clauses AS c ON c.id = du.clause_id
    LEFT JOIN users AS o ON o.id = a.owner_id
    LEFT JOIN assignments AS was ON was.id = a.carried_from_id
    LEFT JOIN assignments AS whole ON whole.id = a.parent_id
    WHERE a.id = :id
) AS found
""")


def dossier(session: Session, assignment_id: int, day: date) -> Any | None:
    """A record of the assignment with its lists, or None. Lists are in order of time, requests newest first;
    `people` is {unit: {person: name}} of the units that take part, heads first; `units` are (id, name) of
    all but the issuer, None where they are too many to choose from."""
    found = session.execute(_QUERY, {"id": assignment_id, "day": day}).scalar()
    if found is None:
        return None
    row = json.loads(found, object_hook=_record)
    row.state = State(row.state)
    taking_part = [row.lead_unit_id, *(one.unit_id for one in row.coordination), *(one.id for one in row.offices)]
    row.people = by_unit(taking_part, ((one.unit_id, one.id, one.name) for one in row.people))
    row.units = few_of([(id_, name) for id_, name in row.units])
    return row


def _record(values: Mapping[str, Any]) -> SimpleNamespace:
    """JSON knows no dates: the names of columns tell them, `…_on` a day, `…_at` a moment."""
    return SimpleNamespace(**{name: _value(name, value) for name, value in values.items()})


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name.endswith("_on"):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name.endswith("_at") or name == "at" else value
