"""Files on assignments: attach, remove, read, and tidy away content that no file stands on.

Content is stored before the commit that names it: a rollback or a kill loses nothing that was promised and leaves, at
worst, content without a name, which `tidy` collects a day later.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

import structlog

from tracker.importing.evidence import inspect
from tracker.models.assignment import Assignment, Round, Update
from tracker.models.evidence import Evidence
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.files import FIELD, MAX_FILES, MB, REMOVABLE_FOR, Upload
from tracker.rules.permissions import Permission, may
from tracker.rules.words import N_
from tracker.rules.workflow import CLOSED, WITH_UNIT, State
from tracker.services.access import change, scope_of, view
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.store import evidence as rows
from tracker.store.content import Missing, Unreachable

log = structlog.get_logger()

# A transaction may be under way behind content that has no row yet; none lasts a day.
UNNAMED_FOR = timedelta(hours=24)
# Each deletion holds a lock until the end of the transaction, and PostgreSQL's table of locks is finite.
MOST_AT_ONCE = 500
BATCH = 1000


def add(ctx: Context, assignment_id: int, uploads: Sequence[Upload]) -> list[Evidence]:
    """Files on their own, from whoever may update the work or add a coordinating unit's note. Raises Invalid."""
    row = change(ctx, assignment_id, Permission.VIEW, None)
    if not _contributes(ctx, row):
        raise NotAllowed(N_("Anh/chị không có quyền làm việc này."))
    if row.state not in WITH_UNIT:
        raise IllegalMove(N_("Chỉ thêm được tài liệu khi nhiệm vụ đang ở đơn vị chủ trì."), field=FIELD)
    if not uploads:
        raise Invalid(N_("Hãy chọn ít nhất một tệp."), field=FIELD)
    return attach(ctx, row, uploads)


def may_add(ctx: Context, row: Assignment) -> bool:
    """Whether the page offers `add`."""
    return row.state in WITH_UNIT and _contributes(ctx, row)


def _contributes(ctx: Context, row: Assignment) -> bool:
    scope = scope_of(ctx, row)
    return may(ctx.actor, Permission.UPDATE, scope) or may(ctx.actor, Permission.NOTE, scope)


def attach(
    ctx: Context,
    row: Assignment,
    uploads: Sequence[Upload],
    *,
    update: Update | None = None,
    round_: Round | None = None,
) -> list[Evidence]:
    """The files on an assignment, with the update or the round they came with; the caller has asked permission.

    All or none: every file is judged before the first is stored. Raises Invalid for field `files`.
    """
    if len(uploads) > MAX_FILES:
        raise Invalid(N_("Mỗi lần chỉ gửi tối đa %(limit)s tệp."), field=FIELD, limit=MAX_FILES)
    assert ctx.actor.user_id is not None
    judged = [(inspect(one.name, one.stream, ctx.evidence.max_mb * MB), one) for one in uploads]
    ctx.session.flush()  # a new update or round gets its number
    added = []
    for found, upload in judged:
        rows.hold(ctx.session, found.sha256)
        try:
            ctx.contents.put(found.sha256, upload.stream)
        except Unreachable as error:
            log.error("evidence_not_stored", sha256=found.sha256, error=str(error))
            raise Invalid(
                N_("Kho lưu tài liệu tạm thời không nhận tệp; chưa có gì được lưu. Hãy thử lại sau ít phút."),
                field=FIELD,
            ) from error
        one = Evidence(
            assignment_id=row.id,
            update_id=update.id if update else None,
            round_id=round_.id if round_ else None,
            sha256=found.sha256,
            name=found.name,
            media_type=found.media_type,
            size=found.size,
            added_at=ctx.now,
            added_by_id=ctx.actor.user_id,
        )
        ctx.session.add(one)
        added.append(one)
    ctx.session.flush()
    for one in added:
        record(ctx, "attach", "evidence", one.id, data=_facts(one))
    return added


def remove(ctx: Context, evidence_id: int) -> Evidence:
    """One's own file, within ten minutes. The row stays; its content goes a day later when no other file has it."""
    row = change(ctx, _visible(ctx, evidence_id).assignment_id, Permission.VIEW, None)
    one = _visible(ctx, evidence_id)  # as it is now that the assignment is locked
    if one.added_by_id != ctx.actor.user_id or ctx.actor.is_auditor:
        raise NotAllowed(N_("Chỉ người đã gửi tệp mới gỡ được tệp."))
    if not may_remove(ctx, row, one):
        raise IllegalMove(N_("Chỉ gỡ được tệp trong 10 phút sau khi gửi và khi nhiệm vụ chưa kết thúc."))
    one.removed_at = ctx.now
    ctx.session.flush()
    if row.state == State.SUBMITTED and row.evidence_required and not rows.has_evidence(ctx.session, row.id):
        raise IllegalMove(N_("Báo cáo hoàn thành này cần có tài liệu; không gỡ được tệp duy nhất."))
    record(ctx, "remove", "evidence", one.id, data=_facts(one))
    return one


def may_remove(ctx: Context, row: Assignment, one: Evidence) -> bool:
    """Whether a list offers `remove` beside this file of this assignment."""
    mine = one.added_by_id == ctx.actor.user_id and not ctx.actor.is_auditor
    return mine and ctx.now - one.added_at <= REMOVABLE_FOR and row.state not in CLOSED


def read(ctx: Context, evidence_id: int) -> tuple[Evidence, Iterator[bytes]]:
    """The file and its content in chunks, for whoever may see its assignment now. Raises NotFound."""
    one = _visible(ctx, evidence_id)
    try:
        return one, ctx.contents.read(one.sha256)
    except (Missing, Unreachable) as error:
        log.error("evidence_not_readable", evidence=one.id, sha256=one.sha256, error=repr(error))
        raise NotFound(
            N_("Kho lưu tài liệu tạm thời không mở được tệp này. Hãy thử lại, hoặc báo quản trị.")
        ) from error


def tidy(ctx: Context) -> int:
    """Deletes content that no file stands on, a day after it was stored and after its last file was removed.

    Returns how many, at most 500; the next run goes on. Harmless beside uploads and beside itself.
    """
    before = ctx.now - UNNAMED_FOR
    ctx.contents.sweep(before)
    old = ctx.contents.older_than(before)
    deleted = 0
    while batch := list(islice(old, BATCH)):
        named = rows.still_named(ctx.session, batch, before)
        for sha256 in (one for one in batch if one not in named):
            # Asked again under the lock: an upload of the same content may have been committed since.
            if rows.try_seize(ctx.session, sha256) and not rows.still_named(ctx.session, [sha256], before):
                ctx.contents.delete(sha256)
                log.info("content_deleted", sha256=sha256)
                deleted += 1
                if deleted == MOST_AT_ONCE:
                    return deleted
    return deleted


def _visible(ctx: Context, evidence_id: int) -> Evidence:
    """Somebody else's file, a removed one and one that never was look alike."""
    one = rows.load(ctx.session, evidence_id)
    try:
        if one is not None and one.removed_at is None:
            view(ctx, one.assignment_id)
            return one
    except NotFound:
        pass
    raise NotFound(N_("Không tìm thấy tệp này, hoặc nó không thuộc phạm vi của anh/chị."))


def _facts(one: Evidence) -> dict[str, str | int]:
    return {"assignment": one.assignment_id, "name": one.name, "sha256": one.sha256, "size": one.size}
