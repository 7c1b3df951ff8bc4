"""Every route × every kind of person, against the table of rights written out by hand in tests/rules.

A route that is not named here fails the test: nobody can add a page and forget who may open it.
"""

import re
from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.rules.test_permissions import MATRIX
from tests.web.test_pages import PASSWORD, Browser, _first
from tracker.acting import acting
from tracker.web.verbs import VERBS

# Login → the kind of person that MATRIX knows. Child unit, sibling and the office of another programme are strangers.
PEOPLE = {
    "truong.p-yte": "head of lead",
    "canbo.p-yte": "officer of lead",
    "truong.congan": "head of coordinating",
    "canbo.congan": "officer of coordinating",
    "truong.p-tuphap": "head elsewhere",
    "truong.tram-yte": "head elsewhere",
    "truong.so-khac": "head elsewhere",
    "truong.p-ldtbxh": "head of office",
    "truong.ubnd-huyen": "leader",
    "quantri": "admin",
    "kiemtoan": "auditor",
}
FREE = {
    "auth.sign_in", "auth.do_sign_in", "auth.language", "home.healthz", "home.readyz", "static", "calendar.feed",
    "hooks.bounces",
    # The right is in the link (tests/web/test_act.py).
    "act.show",
    "act.do",
    # (tests/web/test_unsubscribe.py)
    "unsubscribe.show",
    "unsubscribe.do",
    # The right is in the key (tests/web/test_api.py).
    "api.index", "api.editions", "api.edition", "api.edition_table", "api.edition_file", "api.figure_list",
}  # fmt: skip
# Open to whoever is signed in; what they show is narrowed to what the person may see.
SIGNED_IN = {
    "auth.password", "auth.change_password", "auth.sign_out", "home.home", "my_work.my_work", "my_work.grid",
    "my_work.save_grid", "listing.index", "programmes.index", "programmes.show", "extensions.index",
    "explanations.index", "delegations.index", "search.index", "ladder.show",
    "exports.listing", "update_sheet.index", "update_sheet.download", "update_sheet.preview", "update_sheet.save",
    "calendar.index", "listing.save_filter", "bulk.again", "working_days.index", "duties.show",
    "notifications.index", "notifications.read_all", "preferences.index", "preferences.save", "preferences.set_chat",
    "cycles.index", "indicators.index", "indicators.show", "communes.index", "budget.index",
}  # fmt: skip
# About a programme as a whole: 403 without the right.
WHOLE = {
    "monitor.monitor": "monitor",
    "reports.index": "monitor",
    "programmes.save_settings": "set_programme",
    "duties.save": "set_programme",
    "opening.index": "issue",
    "opening.apply": "issue",
    "ladder.plan": "monitor",
    "ladder.preview": "set_programme",
    "ladder.save": "set_programme",
    "insight.ranking": "monitor",
    "insight.trend": "monitor",
    "insight.as_of": "monitor",
    "reports.create": "build_report",
    "api_keys.index": "give_keys",
    "api_keys.make": "give_keys",
    "mails.index": "read_mail_log",
    "rights.index": "read_rights",
    "working_days.preview": "set_working_days",
    "working_days.apply": "set_working_days",
    "figures.accept": "accept_figure",
    "figures.baseline": "set_baseline",
    "cycles.create": "run_cycle",
    "bulk.choose": "chase",
    "bulk.preview": "chase",
    "bulk.apply": "chase",
}
# About one assignment: 404 without the right to see it, 403 without the right to do it.
OF_ASSIGNMENT = {
    "assignments.show": "view",
    "extensions.show": "view",
    "extensions.decide": "decide_extension",
    "extensions.answer": "ask_extension",
    "explanations.show": "view",
    "evidence.index": "view",
    "ladder.reminders": "view",
}
# About a unit's report, whose duty is the assignment of the test: as of an assignment.
OF_REPORT = {
    "unit_reports.show": "view", "unit_reports.check": "view", "unit_reports.document": "view",
    "unit_reports.save": "write_report", "unit_reports.submit": "submit", "unit_reports.withdraw": "withdraw",
    "unit_reports.accept": "confirm", "unit_reports.return_": "return", "report_form.index": "write_report",
    "report_form.download": "write_report", "report_form.preview": "write_report", "report_form.save": "write_report",
}  # fmt: skip
# About a reporting cycle: 404 for whoever does not oversee its programme, 403 without the right to do it.
OF_CYCLE = {
    "cycles.show": "monitor", "cycles.chase": "chase", "cycles.send": "chase", "cycles.letter": "chase",
    **{f"cycle_plan.{name}": "run_cycle" for name in (
        "index", "save", "save_days", "exempt", "expect", "add", "open_", "close", "open_again",
    )},
}  # fmt: skip
OF_EXPLANATION = {"answer": "answer_explanation", "close": "ask_explanation", "withdraw": "ask_explanation"}
OF_VERB = {
    **{name: name for name in VERBS},
    "undo": "view",
    "undo_promise": "view",
    "unstar": "star",
    "release_contribution": "ask_contribution",
    "extend": "decide_extension",
}
# Of a unit, a mail or a report: told by tests of their own.
ELSEWHERE = {
    "delegations.make", "delegations.end", "mails.show", "mails.body", "mails.send_again", "mails.leave_out",
    "register.index", "register.document", "register.workbook", "reports.show", "reports.download",
    "reports.retry", "reports.cancel", "reports.issue", "reports.other", "reports.compared", "edition.index",
    "edition.section", "edition.save", "edition.empty_rest", "api_keys.revoke", "bulk.undo", "bulk.done", 
    "evidence.create", "evidence.download", "evidence.take_back",
    "listing.delete_filter", "calendar.revoke", "calendar.make", "components.gallery", "figures.show", "figures.save",
    "budget.show", "budget.save",
    # (tests/web/test_notifications.py)
    "notifications.show", "notifications.read", "preferences.forget_chat",
}  # fmt: skip


@dataclass
class Ids:
    assignment: int
    extension: int
    explanation: int
    police: int
    clause: int
    cycle: int
    report: int
    form: dict[str, object] = field(default_factory=dict)


@pytest.fixture
def ids(app: Flask) -> Ids:
    """The police coordinates; a child unit, and another programme with its own office, exist."""
    one = _first(app)
    with app.app_context(), acting() as ctx:
        sql = ctx.session.connection().exec_driver_sql
        police = sql("SELECT id FROM units WHERE code = 'congan'").scalar_one()
        sql("INSERT INTO coordinating_units (assignment_id, unit_id) VALUES (%s, %s)", (one, police))
        for code, parent in (("tram-yte", "p-yte"), ("so-khac", "ubnd-huyen")):
            sql(
                "INSERT INTO units (code, name, short_name, kind, parent_id, valid_from) SELECT %s, %s, %s, 'centre',"
                " id, '2021-01-01' FROM units WHERE code = %s",
                (code, code, code, parent),
            )
            sql(
                "WITH made AS (INSERT INTO users (login, name, email, password_hash, must_change_password, created_at)"
                " SELECT %s, %s, 'x@example.vn', password_hash, false, now() FROM users WHERE login = 'quantri'"
                " RETURNING id) INSERT INTO posts (user_id, unit_id, role, valid_from)"
                " SELECT made.id, units.id, 'head', '2021-01-01' FROM made, units WHERE units.code = %s",
                (f"truong.{code}", code, code),
            )
        sql(
            "WITH made AS (INSERT INTO programmes (identity, title, kind, issuer, issuer_unit_id, period_start,"
            " period_end, based_on, report_to) SELECT 'khac', 'Chương trình khác', kind, issuer,"
            " (SELECT id FROM units WHERE code = 'so-khac'), 2026, 2030, '{}', '{}' FROM programmes LIMIT 1"
            " RETURNING id)"
            " INSERT INTO standing_offices (programme_id, unit_id, valid_from)"
            " SELECT made.id, units.id, '2021-01-01' FROM made, units WHERE units.code = 'so-khac'"
        )
        duty, clause = sql("SELECT id, clause_id FROM duties ORDER BY id LIMIT 1").one()
        extension = sql(
            "INSERT INTO extension_requests (assignment_id, number, reason, due_before, asked_due_on, asked_at,"
            " asked_by_id, state) SELECT %s, 1, 'x', '2026-11-19', '2026-12-01', now(), id, 'open' FROM users"
            " WHERE login = 'truong.p-yte' RETURNING id",
            (one,),
        ).scalar_one()
        explanation = sql(
            "INSERT INTO explanation_requests (assignment_id, question, due_on, asked_at, asked_by_id, state)"
            " SELECT %s, 'x', '2026-12-01', now(), id, 'open' FROM users WHERE login = 'truong.ubnd-huyen'"
            " RETURNING id",
            (one,),
        ).scalar_one()
        cycle = sql(
            "INSERT INTO report_cycles (programme_id, kind, period, first_year, opens_on, cut_off_on, due_commune_on,"
            " due_department_on, due_office_on, form, created_at, opened_at) SELECT programme_id, 'annual', '2026',"
            " 2026, '2026-10-19', '2026-11-14', '2026-11-16', '2026-11-19', '2026-11-26',"
            """ '{"sections": [], "commune_measures": [], "exempt": {}}', now(), now() FROM assignments WHERE id = %s"""
            " RETURNING id",
            (one,),
        ).scalar_one()
        report = sql(
            "INSERT INTO unit_reports (cycle_id, unit_id, unit_name, level, position, due_on, measure_ids, state,"
            " assignment_id) SELECT %s, lead_unit_id, 'x', 'department', 1, '2026-11-19', '{}', 'expected', id"
            " FROM assignments WHERE id = %s RETURNING id",
            (cycle, one),
        ).scalar_one()
    form = {
        "unit_id": police, "lead_unit_id": 999_999, "part_unit_id": 999_999, "update_id": 1, "version": "", "ids": one,
        "promise_id": 1, "programme": 1, "year": 2026, "duty_id": duty,
    }  # fmt: skip
    return Ids(one, extension, explanation, police, clause, cycle, report, form)


def wanted(rule: Rule, action: str) -> tuple[str, bool] | None:
    """(permission, is it about one assignment), None where anybody signed in may come."""
    endpoint = rule.endpoint
    if endpoint in SIGNED_IN:
        return None
    if endpoint == "assignments.act":
        return OF_VERB[action], True
    if endpoint == "explanations.act":
        return OF_EXPLANATION[action], True
    if endpoint in OF_ASSIGNMENT:
        return OF_ASSIGNMENT[endpoint], True
    if endpoint in OF_REPORT:
        return OF_REPORT[endpoint], True
    if endpoint in OF_CYCLE:
        return OF_CYCLE[endpoint], True
    return WHOLE[endpoint], False


def addresses(app: Flask, ids: Ids) -> list[tuple[Rule, str, str]]:
    """(rule, address, action) of every route; a rule with an action gives one for each."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in FREE | ELSEWHERE:
            continue
        actions = {"assignments.act": list(OF_VERB), "explanations.act": list(OF_EXPLANATION)}.get(rule.endpoint, [""])
        for action in actions:
            path = rule.rule.replace("<int:assignment_id>", str(ids.assignment)).replace("<action>", action)
            number = ids.extension if rule.endpoint.startswith("extensions.") else ids.explanation
            path = path.replace("<int:request_id>", str(number)).replace("<int:programme_id>", "1")
            path = path.replace("<int:clause_id>", str(ids.clause)).replace("<int:measure_id>", "1")
            path = path.replace("<int:cycle_id>", str(ids.cycle)).replace("<int:report_id>", str(ids.report))
            found.append((rule, path, action))
    return found


@pytest.mark.parametrize("login", PEOPLE)
def test_every_route(app: Flask, ids: Ids, login: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"login": login, "password": PASSWORD})
    rights = set(MATRIX[PEOPLE[login]].split())
    # The office of another programme oversees that one, and only that one.
    elsewhere = set(MATRIX["head of office"].split()) if login == "truong.so-khac" else set()
    wrong = []
    for rule, path, action in addresses(app, ids):
        if rule.endpoint in ("auth.sign_out", "auth.change_password"):
            continue
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            _as_before(app, ids)
            answer = client.open(path, method=method, data=ids.form if method == "POST" else None)
            need = wanted(rule, action)
            if need is None or need[0] in rights:
                # A form with nothing sensible in it may well be refused, but not for want of a right.
                fine = answer.status_code not in (401, 403, 404, 500) or (
                    action in ("undo", "undo_promise") and answer.status_code == 404
                )
            elif not need[1] and need[0] in elsewhere:
                # What overlooks all shows them their own; what names another programme is not theirs.
                refused = (method == "POST" and path != "/bulk/") or path.startswith(
                    ("/programmes/1/", "/indicators/1/")
                )
                fine = answer.status_code in ((403, 404, 422) if refused else (200,))
            elif rule.endpoint in OF_CYCLE:
                fine = answer.status_code == (403 if "monitor" in rights else 404)
            elif need[1]:
                fine = answer.status_code == (403 if "view" in rights else 404)
            else:
                fine = answer.status_code == 403
            if not fine:
                wrong.append((login, method, path, answer.status_code, need))
    assert wrong == []


def _as_before(app: Flask, ids: Ids) -> None:
    """What one verb changed gives nobody a right in the next."""
    with app.app_context(), acting() as ctx:
        ctx.session.connection().exec_driver_sql(
            "UPDATE assignments SET state = 'assigned', owner_id = NULL, suspended_from = NULL, submitted_on = NULL"
            " WHERE id = %s AND (state <> 'assigned' OR owner_id IS NOT NULL)",
            (ids.assignment,),
        )


def test_every_route_has_its_right(app: Flask, ids: Ids) -> None:
    """Fails when a route is added without saying here who may use it."""
    known = (
        FREE
        | ELSEWHERE
        | SIGNED_IN
        | {*WHOLE}
        | {*OF_ASSIGNMENT}
        | {*OF_REPORT}
        | {*OF_CYCLE}
        | {"assignments.act", "explanations.act"}
    )
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - known == set()
    assert {*OF_VERB} == {*VERBS}


@pytest.mark.parametrize("login", ["truong.p-tuphap", "truong.tram-yte", "truong.so-khac"])
def test_swapping_ids_finds_nothing(app: Flask, ids: Ids, login: str) -> None:
    """In the address and in forms: what is not theirs looks as if it did not exist."""
    browser = Browser(app.test_client(), login)
    for path in (
        f"/assignments/{ids.assignment}", f"/extensions/{ids.extension}", f"/explanations/{ids.explanation}",
    ):  # fmt: skip
        browser.get(path, 404)
    page = browser.post(
        "/my-work/grid", at="/my-work", status=422,
        **{f"version-{ids.assignment}": 1, f"signal-{ids.assignment}": "done", f"text-{ids.assignment}": "Của tôi"},
    )  # fmt: skip
    assert re.search("Chưa lưu được", page)
    with app.app_context(), acting() as ctx:
        state = ctx.session.connection().exec_driver_sql(
            "SELECT state FROM assignments WHERE id = %s", (ids.assignment,)
        )
        assert state.scalar_one() == "assigned"
