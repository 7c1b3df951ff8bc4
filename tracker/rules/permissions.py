"""Who may do what: one table of permission → parties, and how each party is told (design 3.6).

Pure; services ask it, pages only reflect it. Decisions that the table does not show:

- A deputy signs for the head (KT.): every right of a head is the deputy's too, in the lead unit and, as a leader,
  in the issuing unit.
- An owner acts while they hold a post in the lead unit; who has moved on does not.
- An auditor reads everything and changes nothing, whatever else they are: a post or the administrator's flag gives
  an auditor no right to change.
- Naming who acts for somebody is the one thing the office does through its head alone, not a deputy nor an officer:
  it hands out rights.
- Who acts for somebody away holds that person's posts meanwhile; the audit names both.
- An administrator looks after the system: sees the programme, imports, manages users; decides on nobody's work.
- `system` (sweep, command line) is no person: it opens and issues, imports, builds and reads, but never takes a
  decision that the workflow gives to a unit or to the office, so every such decision names a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.rules import workflow
from tracker.rules.errors import NotAllowed
from tracker.rules.words import N_
from tracker.rules.workflow import Action, Party, State, actions_from

SIGNING_ROLES = frozenset({"head", "deputy"})


@dataclass(frozen=True)
class Post:
    """`role`: head, deputy or officer. `for_user_id`: whose post it is, when its holder acts for somebody away."""

    unit_id: int
    role: str
    for_user_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """A person with the posts of today, or the system itself (`user_id` None)."""

    user_id: int | None
    name: str
    posts: tuple[Post, ...] = ()
    is_admin: bool = False
    is_auditor: bool = False
    system: bool = False

    @property
    def units(self) -> frozenset[int]:
        return frozenset(post.unit_id for post in self.posts)

    def heads(self, unit_id: int | None) -> bool:
        """Head of the unit, or deputy, who signs for the head."""
        return any(post.unit_id == unit_id and post.role in SIGNING_ROLES for post in self.posts)


SYSTEM = Actor(None, "Hệ thống", system=True)


@dataclass(frozen=True)
class Scope:
    """What a permission is asked about: an assignment, or (`lead_unit_id` None) a programme as a whole."""

    lead_unit_id: int | None = None
    coordinating_unit_ids: frozenset[int] = frozenset()
    owner_id: int | None = None
    standing_unit_ids: frozenset[int] = frozenset()
    issuer_unit_id: int | None = None
    owner_may_submit: bool = False
    # The lead of the assignment that this one is a part of.
    whole_lead_unit_id: int | None = None
    # Gathers the money of the programme.
    finance_unit_id: int | None = None


NOWHERE = Scope()


class Permission(StrEnum):
    """The workflow's actions under their own values, and what else there is to do."""

    ISSUE = "issue"
    ACCEPT = "accept"
    DECLINE = "decline"
    REASSIGN = "reassign"
    UPDATE = "update"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    CONFIRM = "confirm"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"
    VIEW = "view"
    NOTE = "note"
    COMMENT = "comment"
    HAND_ON = "hand_on"
    SPLIT = "split"
    STAR = "star"
    DEMAND_EVIDENCE = "demand_evidence"
    CORRECT_DONE_ON = "correct_done_on"
    CHASE = "chase"
    ASK_CONTRIBUTION = "ask_contribution"
    NAME_CONTACT = "name_contact"
    PROMISE = "promise"
    ASK_EXTENSION = "ask_extension"
    DECIDE_EXTENSION = "decide_extension"
    ASK_EXPLANATION = "ask_explanation"
    ANSWER_EXPLANATION = "answer_explanation"
    DELEGATE = "delegate"
    SET_PROGRAMME = "set_programme"
    SET_WORKING_DAYS = "set_working_days"
    READ_RIGHTS = "read_rights"
    MONITOR = "monitor"
    RUN_CYCLE = "run_cycle"
    WRITE_REPORT = "write_report"
    BUILD_REPORT = "build_report"
    GIVE_KEYS = "give_keys"
    IMPORT_PROGRAMME = "import_programme"
    READ_MAIL_LOG = "read_mail_log"
    READ_REGISTER = "read_register"
    MANAGE_USERS = "manage_users"
    REPORT_FIGURE = "report_figure"
    ACCEPT_FIGURE = "accept_figure"
    SET_BASELINE = "set_baseline"
    ENTER_BUDGET = "enter_budget"
    APPROVE_BUDGET = "approve_budget"
    READ_BUDGET = "read_budget"
    READ_FIGURES = "read_figures"


READING = frozenset(
    {
        Permission.VIEW,
        Permission.MONITOR,
        Permission.READ_MAIL_LOG,
        Permission.READ_REGISTER,
        Permission.READ_RIGHTS,
        Permission.READ_BUDGET,
        Permission.READ_FIGURES,
    }
)

_OFFICE = (Party.STANDING_OFFICE,)
_DECIDERS = (Party.STANDING_OFFICE, Party.LEADER)
_OVERSEERS = (Party.STANDING_OFFICE, Party.LEADER, Party.ADMIN, Party.AUDITOR, Party.SYSTEM)

TABLE: dict[Permission, tuple[Party, ...]] = {
    # Who takes the workflow's steps is said once, in its own table.
    **{Permission(action): row.who for action, row in workflow.TABLE.items()},
    Permission.VIEW: (*_OVERSEERS, Party.LEAD_MEMBER, Party.COORDINATING, Party.WHOLE_LEAD),
    Permission.NOTE: (Party.COORDINATING,),
    Permission.COMMENT: (*_DECIDERS, Party.LEAD_MEMBER, Party.COORDINATING),
    Permission.HAND_ON: (Party.LEAD_HEAD, Party.OWNER),
    Permission.SPLIT: (*_OFFICE, Party.LEAD_HEAD),
    Permission.STAR: _DECIDERS,
    Permission.DEMAND_EVIDENCE: _OFFICE,
    Permission.CORRECT_DONE_ON: _OFFICE,
    Permission.CHASE: _DECIDERS,
    Permission.ASK_CONTRIBUTION: (*_OFFICE, Party.LEAD_HEAD, Party.OWNER),
    Permission.NAME_CONTACT: (Party.COORDINATING_HEAD,),
    Permission.PROMISE: (Party.LEAD_HEAD, Party.OWNER),
    Permission.ASK_EXTENSION: (Party.LEAD_HEAD, Party.TRUSTED_OWNER),
    Permission.DECIDE_EXTENSION: _DECIDERS,
    Permission.ASK_EXPLANATION: _DECIDERS,
    Permission.ANSWER_EXPLANATION: (Party.LEAD_HEAD, Party.OWNER),
    # Of a unit: `lead_unit_id` of the scope is the unit whose head is away, `standing_unit_ids` the offices above it.
    Permission.DELEGATE: (Party.LEAD_HEAD, Party.STANDING_HEAD, Party.ADMIN),
    Permission.SET_PROGRAMME: (*_OFFICE, Party.ADMIN),
    Permission.SET_WORKING_DAYS: (Party.ADMIN,),
    Permission.READ_RIGHTS: (Party.ADMIN, Party.AUDITOR),
    Permission.MONITOR: _OVERSEERS,
    # Plan, open and close a reporting cycle; `system` opens what the office has planned, on its day.
    Permission.RUN_CYCLE: (Party.STANDING_OFFICE, Party.SYSTEM),
    # A unit's report is written by its people and filed as its assignment is submitted.
    Permission.WRITE_REPORT: (Party.LEAD_MEMBER,),
    Permission.BUILD_REPORT: (Party.STANDING_OFFICE, Party.SYSTEM),
    # Keys with which another office reads what was issued.
    Permission.GIVE_KEYS: (Party.STANDING_OFFICE,),
    Permission.IMPORT_PROGRAMME: (Party.STANDING_OFFICE, Party.ADMIN, Party.SYSTEM),
    Permission.READ_MAIL_LOG: (Party.STANDING_OFFICE, Party.ADMIN, Party.AUDITOR, Party.SYSTEM),
    # Of a whole programme, or (`lead_unit_id`) of one unit's part.
    Permission.READ_REGISTER: (*_OVERSEERS, Party.LEAD_HEAD),
    Permission.MANAGE_USERS: (Party.ADMIN, Party.SYSTEM),
    # Of a unit's own part (`lead_unit_id`); the office also enters what came on paper.
    Permission.REPORT_FIGURE: (*_OFFICE, Party.LEAD_MEMBER),
    Permission.ACCEPT_FIGURE: _OFFICE,
    Permission.SET_BASELINE: _OFFICE,
    # Unmasked, of all units: `lead_unit_id` is the lead of the measure; or of one unit, that unit.
    Permission.READ_FIGURES: (*_OVERSEERS, Party.LEAD_MEMBER),
    Permission.ENTER_BUDGET: (*_OFFICE, Party.FINANCE, Party.LEAD_MEMBER),
    Permission.APPROVE_BUDGET: (Party.FINANCE,),
    # Of a whole programme, or (`lead_unit_id`) of one unit's part.
    Permission.READ_BUDGET: (*_OVERSEERS, Party.FINANCE, Party.LEAD_MEMBER),
}


def _member(actor: Actor, scope: Scope) -> bool:
    return scope.lead_unit_id in actor.units


def _owner(actor: Actor, scope: Scope) -> bool:
    return actor.user_id is not None and scope.owner_id == actor.user_id and _member(actor, scope)


def _finance(actor: Actor, scope: Scope) -> bool:
    """Where the programme names no finance office, the standing office does its part."""
    held = scope.standing_unit_ids if scope.finance_unit_id is None else {scope.finance_unit_id}
    return bool(actor.units & held)


_IS: dict[Party, Callable[[Actor, Scope], bool]] = {
    Party.STANDING_OFFICE: lambda actor, scope: bool(actor.units & scope.standing_unit_ids),
    Party.STANDING_HEAD: lambda actor, scope: any(
        post.role == "head" and post.unit_id in scope.standing_unit_ids for post in actor.posts
    ),
    Party.LEADER: lambda actor, scope: actor.heads(scope.issuer_unit_id),
    Party.LEAD_HEAD: lambda actor, scope: actor.heads(scope.lead_unit_id),
    Party.LEAD_MEMBER: _member,
    Party.OWNER: _owner,
    Party.TRUSTED_OWNER: lambda actor, scope: scope.owner_may_submit and _owner(actor, scope),
    Party.COORDINATING: lambda actor, scope: bool(actor.units & scope.coordinating_unit_ids),
    Party.COORDINATING_HEAD: lambda actor, scope: any(actor.heads(unit) for unit in scope.coordinating_unit_ids),
    Party.WHOLE_LEAD: lambda actor, scope: scope.whole_lead_unit_id in actor.units,
    Party.FINANCE: _finance,
    Party.ADMIN: lambda actor, scope: actor.is_admin,
    Party.AUDITOR: lambda actor, scope: actor.is_auditor,
    Party.SYSTEM: lambda actor, scope: actor.system,
}


def is_(actor: Actor, party: Party, scope: Scope) -> bool:
    return _IS[party](actor, scope)


def may(actor: Actor, permission: Permission, scope: Scope | None = None) -> bool:
    """Without a scope only what needs none is granted: an administrator's, an auditor's and the system's rights."""
    if actor.is_auditor and permission not in READING:
        return False
    where = scope or NOWHERE
    return any(_IS[party](actor, where) for party in TABLE[permission])


def demand(actor: Actor, permission: Permission, scope: Scope | None = None) -> None:
    """Raises NotAllowed."""
    if not may(actor, permission, scope):
        raise NotAllowed(N_("Anh/chị không có quyền làm việc này."))


def on_behalf_of(actor: Actor, permission: Permission, scope: Scope | None = None) -> int | None:
    """For whom the person acts with this permission; None when it is their own by right."""
    own = replace(actor, posts=tuple(post for post in actor.posts if post.for_user_id is None))
    if may(own, permission, scope):
        return None
    for post in actor.posts:
        if post.for_user_id is not None and may(replace(own, posts=(*own.posts, post)), permission, scope):
            return post.for_user_id
    return None


def allowed_actions(actor: Actor, state: State, scope: Scope) -> tuple[Action, ...]:
    """What this person may do now: the workflow's steps from here that the table grants."""
    return tuple(action for action in actions_from(state) if may(actor, Permission(action), scope))
