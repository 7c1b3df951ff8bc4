"""Who may do what: one table of permission → predicate (design 3.6). Pure; services ask it, pages only reflect it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tracker.rules.errors import NotAllowed
from tracker.rules.words import N_
from tracker.rules.workflow import Action, State, actions_from


@dataclass(frozen=True)
class ActorPost:
    unit_id: int
    role: str


@dataclass(frozen=True)
class Actor:
    """A person with the posts of today, or the system itself (sweep, command line)."""

    user_id: int | None
    name: str
    posts: tuple[ActorPost, ...] = ()
    is_admin: bool = False
    is_auditor: bool = False
    is_system: bool = False

    @property
    def units(self) -> frozenset[int]:
        return frozenset(post.unit_id for post in self.posts)

    def signs_for(self, unit_id: int) -> bool:
        """Head, or deputy: a deputy signs for the head (KT.)."""
        return any(post.unit_id == unit_id and post.role in ("head", "deputy") for post in self.posts)


SYSTEM = Actor(None, "Hệ thống", is_system=True)


@dataclass(frozen=True)
class Scope:
    """What a permission is asked about: an assignment, or (lead_unit_id None) its programme as a whole."""

    standing_unit_ids: frozenset[int]
    issuer_unit_id: int
    lead_unit_id: int | None = None
    coordinating_unit_ids: frozenset[int] = frozenset()
    owner_id: int | None = None
    owner_may_submit: bool = False


class Permission(StrEnum):
    VIEW = "view"
    NOTE = "note"
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
    MONITOR = "monitor"
    BUILD_REPORT = "build_report"
    IMPORT_PROGRAMME = "import_programme"
    READ_MAIL = "read_mail"
    ADMINISTER = "administer"


Predicate = Callable[[Actor, Scope], bool]


def _office(actor: Actor, scope: Scope) -> bool:
    return actor.is_system or bool(actor.units & scope.standing_unit_ids)


def _leader(actor: Actor, scope: Scope) -> bool:
    return actor.signs_for(scope.issuer_unit_id)


def _overseer(actor: Actor, scope: Scope) -> bool:
    """Sees the whole programme: office, leaders, and who reads everything but changes nothing."""
    return _office(actor, scope) or _leader(actor, scope) or actor.is_admin or actor.is_auditor


def _of_lead(actor: Actor, scope: Scope) -> bool:
    return scope.lead_unit_id in actor.units


def _head_of_lead(actor: Actor, scope: Scope) -> bool:
    return scope.lead_unit_id is not None and actor.signs_for(scope.lead_unit_id)


def _coordinates(actor: Actor, scope: Scope) -> bool:
    return bool(actor.units & scope.coordinating_unit_ids)


def _view(actor: Actor, scope: Scope) -> bool:
    return _overseer(actor, scope) or _of_lead(actor, scope) or _coordinates(actor, scope)


def _submit(actor: Actor, scope: Scope) -> bool:
    owner = scope.owner_may_submit and scope.owner_id == actor.user_id and _of_lead(actor, scope)
    return _head_of_lead(actor, scope) or owner


def _read_mail(actor: Actor, scope: Scope) -> bool:
    return _office(actor, scope) or actor.is_admin or actor.is_auditor


def _admin(actor: Actor, scope: Scope) -> bool:
    return actor.is_admin or actor.is_system


def _office_or_admin(actor: Actor, scope: Scope) -> bool:
    return _office(actor, scope) or _admin(actor, scope)


TABLE: dict[Permission, Predicate] = {
    Permission.VIEW: _view,
    Permission.NOTE: _coordinates,
    Permission.ISSUE: _office,
    Permission.ACCEPT: _of_lead,
    Permission.DECLINE: _head_of_lead,
    Permission.REASSIGN: _office,
    Permission.UPDATE: _of_lead,
    Permission.SUBMIT: _submit,
    Permission.RETURN: _office,
    Permission.CONFIRM: _office,
    Permission.SUSPEND: _office,
    Permission.RESUME: _office,
    Permission.CANCEL: _office,
    Permission.REOPEN: _office,
    Permission.MONITOR: _overseer,
    Permission.BUILD_REPORT: _office,
    Permission.IMPORT_PROGRAMME: _office_or_admin,
    Permission.READ_MAIL: _read_mail,
    Permission.ADMINISTER: _admin,
}


def may(actor: Actor, permission: Permission, scope: Scope) -> bool:
    return TABLE[permission](actor, scope)


def demand(actor: Actor, permission: Permission, scope: Scope) -> None:
    """Raises NotAllowed."""
    if not may(actor, permission, scope):
        raise NotAllowed(N_("Anh/chị không có quyền làm việc này."))


def allowed_actions(actor: Actor, state: State, scope: Scope) -> tuple[Action, ...]:
    """What this person may do now: the workflow's steps that the table grants."""
    return tuple(action for action in actions_from(state) if may(actor, Permission(action), scope))
