"""Loads a thing for a verb: found, visible, allowed, and not changed since the person saw it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from tracker.models.assignment import Assignment
from tracker.rules.errors import Conflict, Invalid, NotFound
from tracker.rules.permissions import Permission, Scope, demand, is_, may, on_behalf_of
from tracker.rules.words import N_
from tracker.rules.workflow import Party
from tracker.services.context import Context
from tracker.store import assignment as assignments
from tracker.store.dossier import dossier

Row = TypeVar("Row")
# The version of a form that has lost it: it is no reason to skip the question.
UNSAID = -1


def scope_of(ctx: Context, row: Any) -> Scope:
    """`row`: an assignment or its dossier."""
    return Scope(
        lead_unit_id=row.lead_unit_id,
        coordinating_unit_ids=frozenset(one.unit_id for one in row.coordination),
        owner_id=row.owner_id,
        standing_unit_ids=ctx.offices.get(row.programme_id, frozenset()),
        issuer_unit_id=row.programme.issuer_unit_id,
        owner_may_submit=row.owner_may_submit,
        whole_lead_unit_id=row.parent.lead_unit_id if row.parent else None,
    )


def view(ctx: Context, assignment_id: int) -> Assignment:
    """The assignment, if this person may see it. Someone else's looks like one that does not exist."""
    return _visible(ctx, assignments.load(ctx.session, assignment_id))


def open_dossier(ctx: Context, assignment_id: int) -> Any:
    """`store.dossier` of the assignment, if this person may see it."""
    return _visible(ctx, dossier(ctx.session, assignment_id, ctx.today))


def view_all(ctx: Context, assignment_ids: Collection[int]) -> list[Assignment]:
    """Those of them that this person may see."""
    rows = assignments.load_all(ctx.session, assignment_ids)
    return [row for row in rows if may(ctx.actor, Permission.VIEW, scope_of(ctx, row))]


def is_party(ctx: Context, row: Assignment, party: Party) -> bool:
    return is_(ctx.actor, party, scope_of(ctx, row))


def change(ctx: Context, assignment_id: int, permission: Permission, version: int | None) -> Assignment:
    """The locked assignment for a verb; `version` is the one the person's form was made from, None where a verb does
    not depend on it."""
    row = _visible(ctx, ctx.locked.get(assignment_id) or assignments.load(ctx.session, assignment_id, lock=True))
    scope = scope_of(ctx, row)
    demand(ctx.actor, permission, scope)
    ctx.on_behalf_of_id = on_behalf_of(ctx.actor, permission, scope)
    if version == UNSAID:
        raise too_old()
    if version is not None and row.version != version:
        raise Conflict(N_("Người khác vừa thay đổi nhiệm vụ này sau khi anh/chị mở trang."))
    return row


def too_old() -> Invalid:
    """For a form that does not say which version it was made from."""
    return Invalid(
        N_("Trang này đã cũ hoặc chưa tải xong nên chưa lưu gì. Nội dung đã nhập vẫn còn; hãy xem lại và gửi lần nữa.")
    )


@contextmanager
def inner_verb(ctx: Context) -> Iterator[None]:
    """A verb within a verb uses a right of its own; afterwards the events are the outer one's again."""
    outer = ctx.on_behalf_of_id
    yield
    ctx.on_behalf_of_id = outer


def lock(ctx: Context, assignment_ids: Collection[int]) -> list[Assignment]:
    """Several at once for a verb on many, always in the order of their ids: two people cannot wait for each other."""
    rows = {row.id: row for row in assignments.load_all(ctx.session, assignment_ids, lock=True)}
    ctx.locked = {id_: _visible(ctx, rows.get(id_)) for id_ in sorted(assignment_ids)}
    return list(ctx.locked.values())


def _visible(ctx: Context, row: Row | None) -> Row:
    if row is None or not may(ctx.actor, Permission.VIEW, scope_of(ctx, row)):
        raise NotFound(N_("Không tìm thấy nhiệm vụ này, hoặc nó không thuộc phạm vi của anh/chị."))
    return row
