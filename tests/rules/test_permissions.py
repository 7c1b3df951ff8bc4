"""Every kind of person × every permission, written out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.errors import NotAllowed
from tracker.rules.permissions import (
    READING,
    SYSTEM,
    Actor,
    Permission,
    Post,
    Scope,
    allowed_actions,
    demand,
    may,
    on_behalf_of,
)
from tracker.rules.workflow import Action, State, actions_from

LEAD, COORDINATING, OFFICE, ISSUER, ELSEWHERE, WHOLE, FINANCE = 1, 2, 3, 4, 5, 6, 7
OWNER = 70
SCOPE = Scope(
    lead_unit_id=LEAD,
    coordinating_unit_ids=frozenset({COORDINATING}),
    owner_id=OWNER,
    standing_unit_ids=frozenset({OFFICE}),
    issuer_unit_id=ISSUER,
    whole_lead_unit_id=WHOLE,
    finance_unit_id=FINANCE,
)


def person(unit_id: int, role: str, user_id: int = 1, **flags: bool) -> Actor:
    return Actor(user_id, f"{role} của {unit_id}", (Post(unit_id, role),), **flags)


ACTORS = {
    "head of lead": person(LEAD, "head"),
    "deputy of lead": person(LEAD, "deputy"),
    "officer of lead": person(LEAD, "officer"),
    "owner": person(LEAD, "officer", OWNER),
    "owner who moved on": person(ELSEWHERE, "officer", OWNER),
    "head of coordinating": person(COORDINATING, "head"),
    "officer of coordinating": person(COORDINATING, "officer"),
    "lead of the whole": person(WHOLE, "head"),
    "officer of finance": person(FINANCE, "officer"),
    "head of office": person(OFFICE, "head"),
    "deputy of office": person(OFFICE, "deputy"),
    "officer of office": person(OFFICE, "officer"),
    "leader": person(ISSUER, "head"),
    "deputy leader": person(ISSUER, "deputy"),
    "officer of issuer": person(ISSUER, "officer"),
    "head elsewhere": person(ELSEWHERE, "head"),
    "nobody": Actor(9, "Không có chức vụ"),
    "admin": Actor(8, "Quản trị", is_admin=True),
    "auditor": Actor(7, "Kiểm tra", is_auditor=True),
    "auditor with a post": person(OFFICE, "head", is_auditor=True, is_admin=True),
    "system": SYSTEM,
}

OFFICE_DECISIONS = "reassign return confirm suspend resume cancel reopen"
LEADER_RIGHTS = (
    "view monitor read_register read_budget read_figures comment star chase decide_extension ask_explanation"
)
OFFICE_RIGHTS = (
    f"issue {OFFICE_DECISIONS} {LEADER_RIGHTS} build_report import_programme read_mail_log split demand_evidence"
    " correct_done_on ask_contribution set_programme report_figure accept_figure set_baseline enter_budget"
)
MEMBER_RIGHTS = "view accept update comment report_figure enter_budget read_budget read_figures"
OWNER_RIGHTS = f"{MEMBER_RIGHTS} hand_on ask_contribution answer_explanation promise"
HEAD_RIGHTS = f"{OWNER_RIGHTS} read_register decline submit withdraw split ask_extension delegate"
MATRIX = {
    "head of lead": HEAD_RIGHTS,
    "deputy of lead": HEAD_RIGHTS,
    "officer of lead": MEMBER_RIGHTS,
    "owner": OWNER_RIGHTS,
    "owner who moved on": "",
    "head of coordinating": "view note comment name_contact",
    "officer of coordinating": "view note comment",
    "lead of the whole": "view",
    "officer of finance": "enter_budget approve_budget read_budget",
    "head of office": f"{OFFICE_RIGHTS} delegate",
    "deputy of office": OFFICE_RIGHTS,
    "officer of office": OFFICE_RIGHTS,
    "leader": LEADER_RIGHTS,
    "deputy leader": LEADER_RIGHTS,
    "officer of issuer": "",
    "head elsewhere": "",
    "nobody": "",
    "admin": (
        "view monitor import_programme read_mail_log read_register manage_users delegate set_programme"
        " set_working_days read_rights read_budget read_figures"
    ),
    "auditor": "view monitor read_mail_log read_register read_rights read_budget read_figures",
    "auditor with a post": "view monitor read_mail_log read_register read_rights read_budget read_figures",
    "system": (
        "issue view monitor build_report import_programme read_mail_log read_register manage_users read_budget"
        " read_figures"
    ),
}


def granted(actor: Actor, scope: Scope | None) -> set[str]:
    return {permission for permission in Permission if may(actor, permission, scope)}


@pytest.mark.parametrize("kind", ACTORS)
def test_matrix(kind: str) -> None:
    assert granted(ACTORS[kind], SCOPE) == set(MATRIX[kind].split())


@pytest.mark.parametrize("kind", ACTORS)
def test_demand_says_the_same_as_may(kind: str) -> None:
    for permission in Permission:
        if may(ACTORS[kind], permission, SCOPE):
            demand(ACTORS[kind], permission, SCOPE)
        else:
            with pytest.raises(NotAllowed):
                demand(ACTORS[kind], permission, SCOPE)


@pytest.mark.parametrize(
    ("kind", "submits"),
    [("owner", True), ("officer of lead", False), ("owner who moved on", False), ("head of coordinating", False)],
)
def test_the_heads_say_lets_the_owner_submit_and_nobody_else(kind: str, submits: bool) -> None:
    trusting = Scope(**(vars(SCOPE) | {"owner_may_submit": True}))
    assert may(ACTORS[kind], Permission.SUBMIT, trusting) is submits


def test_without_an_owner_nobody_is_the_owner() -> None:
    scope = Scope(lead_unit_id=LEAD, owner_may_submit=True)
    assert not may(Actor(None, "Không rõ", (Post(LEAD, "officer"),)), Permission.SUBMIT, scope)


@pytest.mark.parametrize("kind", ACTORS)
def test_without_a_scope_only_flags_count(kind: str) -> None:
    actor = ACTORS[kind]
    flagged = actor.is_admin or actor.is_auditor or actor.system
    assert granted(actor, None) == (set(MATRIX[kind].split()) if flagged else set())


def test_several_posts_add_up() -> None:
    both = Actor(1, "Kiêm nhiệm", (Post(LEAD, "head"), Post(OFFICE, "officer")))
    assert granted(both, SCOPE) == set(f"{MATRIX['head of lead']} {OFFICE_RIGHTS}".split())


UNITS = st.none() | st.integers(1, 5)
SCOPES = st.builds(
    Scope, UNITS, st.frozensets(st.integers(1, 5)), st.none() | st.just(1), st.frozensets(st.integers(1, 5)), UNITS
)
POSTS = st.lists(st.builds(Post, st.integers(1, 5), st.sampled_from(["head", "deputy", "officer"]))).map(tuple)


@given(POSTS, SCOPES, st.booleans(), st.booleans())
def test_an_auditor_never_changes_anything(posts: tuple[Post, ...], scope: Scope, admin: bool, owns: bool) -> None:
    actor = Actor(1 if owns else 2, "Kiểm tra", posts, is_admin=admin, is_auditor=True)
    assert granted(actor, scope) <= READING
    assert not any(allowed_actions(actor, state, scope) for state in State)


@given(POSTS, SCOPES, st.sampled_from(Permission))
def test_who_may_do_something_to_an_assignment_may_see_it(
    posts: tuple[Post, ...], scope: Scope, permission: Permission
) -> None:
    actor = Actor(1, "Ai đó", posts)
    assert not may(actor, permission, scope) or may(actor, Permission.VIEW, scope)


@given(POSTS, SCOPES, st.sampled_from(State))
def test_allowed_actions_are_the_tables_steps_that_are_granted(
    posts: tuple[Post, ...], scope: Scope, state: State
) -> None:
    actor = Actor(1, "Ai đó", posts)
    expected = [action for action in actions_from(state) if may(actor, Permission(action), scope)]
    assert list(allowed_actions(actor, state, scope)) == expected


@pytest.mark.parametrize(
    ("kind", "state", "actions"),
    [
        ("head of lead", "assigned", "accept decline"),
        ("officer of lead", "assigned", "accept"),
        ("head of lead", "in_progress", "update submit"),
        ("owner", "in_progress", "update"),
        ("head of lead", "submitted", "withdraw"),
        ("head of office", "submitted", "return confirm cancel"),
        ("head of office", "suspended", "reassign resume cancel"),
        ("head of office", "cancelled", ""),
        ("leader", "in_progress", ""),
        ("system", "draft", "issue"),
        ("system", "submitted", ""),
    ],
)
def test_buttons(kind: str, state: str, actions: str) -> None:
    assert list(allowed_actions(ACTORS[kind], State(state), SCOPE)) == actions.split()


def test_who_acts_for_somebody_has_their_rights_and_the_audit_learns_for_whom() -> None:
    acting = Actor(2, "Người thay", (Post(LEAD, "officer"), Post(LEAD, "head", for_user_id=1)))
    assert granted(acting, SCOPE) == set(HEAD_RIGHTS.split())
    assert on_behalf_of(acting, Permission.SUBMIT, SCOPE) == 1
    assert on_behalf_of(acting, Permission.UPDATE, SCOPE) is None  # their own right as an officer
    assert on_behalf_of(acting, Permission.CONFIRM, SCOPE) is None


def test_every_action_has_its_permission() -> None:
    assert {Permission(action) for action in Action} < set(Permission)


def test_without_a_finance_office_the_standing_office_does_its_part() -> None:
    without = Scope(**(vars(SCOPE) | {"finance_unit_id": None}))
    assert may(ACTORS["officer of office"], Permission.APPROVE_BUDGET, without)
    for kind in ("officer of finance", "head of lead", "leader", "nobody", "admin"):
        assert not may(ACTORS[kind], Permission.APPROVE_BUDGET, without)
