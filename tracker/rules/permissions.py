"""Who may do what: one table of permission → parties, and how each party is told (design 3.6).

Pure; services ask it, pages only reflect it. Decisions that the table does not show:

- A deputy signs for the head (KT.): every right of a head is the deputy's too, in the lead unit and, as a leader,
  in the issuing unit.
- An owner acts while they hold a post in the lead unit; who has moved on does not.
- An auditor reads everything and changes nothing, whatever else they are: a post or the administrator's flag gives
  an auditor no right to change.
- An administrator looks after the system: sees the programme, imports, manages users; decides on nobody's work.
- `system` (sweep, command line) is no person: it opens and issues, imports, builds and reads, but never takes a
  decision that the workflow gives to a unit or to the office, so every such decision names a person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules import workflow
from tracker.rules.errors import NotAllowed
from tracker.rules.words import N_
from tracker.rules.workflow import Action, Party, State, actions_from

SIGNING_ROLES = frozenset({"head", "deputy"})


@dataclass(frozen=True)
class Post:
    """`role`: head, deputy or officer."""

    unit_id: int
    role: str


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


NOWHERE = Scope()


class Permission(StrEnum):
    """The workflow's actions under their own values, and what else there is to do."""

    ISSUE = "issue"
    ACCEPT = "accept"
    DECLINE = "decline"
    REASSIGN = "reassign"
    UPDATE = "update"
    SUBMIT = "submit"
    RETURN = "return"
    CONFIRM = "confirm"
    SUSPEND = "suspend"
    RESUME = "resume"
    CANCEL = "cancel"
    REOPEN = "reopen"
    VIEW = "view"
    NOTE = "note"
    MONITOR = "monitor"
    BUILD_REPORT = "build_report"
    IMPORT_PROGRAMME = "import_programme"
    READ_MAIL_LOG = "read_mail_log"
    MANAGE_USERS = "manage_users"


READING = frozenset({Permission.VIEW, Permission.MONITOR, Permission.READ_MAIL_LOG})

_OVERSEERS = (Party.STANDING_OFFICE, Party.LEADER, Party.ADMIN, Party.AUDITOR, Party.SYSTEM)

TABLE: dict[Permission, tuple[Party, ...]] = {
    # Who takes the workflow's steps is said once, in its own table.
    **{Permission(action): row.who for action, row in workflow.TABLE.items()},
    Permission.VIEW: (*_OVERSEERS, Party.LEAD_MEMBER, Party.COORDINATING),
    Permission.NOTE: (Party.COORDINATING,),
    Permission.MONITOR: _OVERSEERS,
    Permission.BUILD_REPORT: (Party.STANDING_OFFICE, Party.SYSTEM),
    Permission.IMPORT_PROGRAMME: (Party.STANDING_OFFICE, Party.ADMIN, Party.SYSTEM),
    Permission.READ_MAIL_LOG: (Party.STANDING_OFFICE, Party.ADMIN, Party.AUDITOR, Party.SYSTEM),
    Permission.MANAGE_USERS: (Party.ADMIN, Party.SYSTEM),
}


def _member(actor: Actor, scope: Scope) -> bool:
    return scope.lead_unit_id in actor.units


def _owner(actor: Actor, scope: Scope) -> bool:
    return actor.user_id is not None and scope.owner_id == actor.user_id and _member(actor, scope)


_IS: dict[Party, Callable[[Actor, Scope], bool]] = {
    Party.STANDING_OFFICE: lambda actor, scope: bool(actor.units & scope.standing_unit_ids),
    Party.LEADER: lambda actor, scope: actor.heads(scope.issuer_unit_id),
    Party.LEAD_HEAD: lambda actor, scope: actor.heads(scope.lead_unit_id),
    Party.LEAD_MEMBER: _member,
    Party.OWNER: _owner,
    Party.TRUSTED_OWNER: lambda actor, scope: scope.owner_may_submit and _owner(actor, scope),
    Party.COORDINATING: lambda actor, scope: bool(actor.units & scope.coordinating_unit_ids),
    Party.ADMIN: lambda actor, scope: actor.is_admin,
    Party.AUDITOR: lambda actor, scope: actor.is_auditor,
    Party.SYSTEM: lambda actor, scope: actor.system,
}


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


def allowed_actions(actor: Actor, state: State, scope: Scope) -> tuple[Action, ...]:
    """What this person may do now: the workflow's steps from here that the table grants."""
    return tuple(action for action in actions_from(state) if may(actor, Permission(action), scope))
