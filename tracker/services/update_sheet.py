"""What a filled-in workbook would change, and changing it: all good rows in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.importing.update_sheet import Filled
from tracker.models.assignment import Assignment, Update
from tracker.rules.errors import Conflict, DomainError, NotFound
from tracker.rules.words import SIGNALS
from tracker.services.access import view
from tracker.services.context import Context
from tracker.services.update import Line, update_many, update_or_submit
from tracker.store.assignment import last_update


@dataclass(frozen=True)
class Change:
    """What one row does. `kind`: new, same (already taken in), conflict (changed meanwhile), refused."""

    filled: Filled
    kind: str
    title: str = ""
    clause_ref: str = ""
    before: str = ""
    before_percent: int = 0
    error: DomainError | None = None


def compare(ctx: Context, rows: Sequence[Filled]) -> list[Change]:
    """Reads only. A row whose words are the person's own newest update was taken in before."""
    return [_compare(ctx, row) for row in rows]


def apply(ctx: Context, rows: Sequence[Filled]) -> tuple[int, list[Change]]:
    """(how many were taken in, what was left out). Compared anew: what changed since the preview is left out too."""
    changes = compare(ctx, rows)
    good = [one.filled for one in changes if one.kind == "new"]
    lines = [Line(one.assignment_id, one.version, one.signal, one.text, one.percent) for one in good]
    wrong = update_many(ctx, lines)
    left_out = [one for one in changes if one.kind in ("conflict", "refused")]
    for one in changes:
        error = wrong.get(one.filled.assignment_id) if one.kind == "new" else None
        if error is not None:
            left_out.append(replace(one, kind="conflict" if isinstance(error, Conflict) else "refused", error=error))
    return len(good) - len(wrong), left_out


def _compare(ctx: Context, row: Filled) -> Change:
    try:
        one = view(ctx, row.assignment_id)
    except NotFound as error:
        return Change(row, "refused", error=error)
    last = last_update(ctx.session, one.id)
    facts = (one.text, one.duty.clause.ref, last.text if last else "", one.percent)
    if last is not None and _same(ctx, row, last):
        return Change(row, "same", *facts)
    if one.version != row.version:
        return Change(row, "conflict", *facts)
    refused = _try(ctx, one, row)
    return Change(row, "refused" if refused else "new", *facts, error=refused)


def _same(ctx: Context, row: Filled, last: Update) -> bool:
    text = row.text or (SIGNALS[row.signal] if row.signal == "on_track" else "")
    return (last.author_id, last.signal, last.text, last.percent) == (
        ctx.actor.user_id, row.signal, text.strip(), row.percent,
    )  # fmt: skip


def _try(ctx: Context, one: Assignment, row: Filled) -> DomainError | None:
    """Done for the moment and rolled back: the preview says what the rules themselves say."""
    nudges = set(ctx.nudges)
    step = ctx.session.begin_nested()
    try:
        update_or_submit(ctx, one.id, signal=row.signal, text=row.text, percent=row.percent, version=row.version)
        ctx.session.flush()
    except DomainError as error:
        return error
    finally:
        step.rollback()
        ctx.session.expire_all()
        ctx.nudges.clear()
        ctx.nudges.update(nudges)
    return None
