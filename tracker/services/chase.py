"""Reminding by hand: a text from the office or a leader, to whom it went, and who has read it."""

from typing import Any

from sqlalchemy import select, update

from tracker.models.chase import Chase, ChaseReader
from tracker.rules.errors import IllegalMove, Invalid
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import WITH_UNIT
from tracker.services.access import change
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import lead_people, notify


def chase(ctx: Context, assignment_id: int, *, text: str, version: int | None = None) -> Chase:
    """To the head, who signs for the head, and the owner; the mail log says what became of it."""
    row = change(ctx, assignment_id, Permission.CHASE, version)
    if row.state not in WITH_UNIT:
        raise IllegalMove(N_("Chỉ đôn đốc được nhiệm vụ mà đơn vị đang phải làm."))
    if not text.strip():
        raise Invalid(N_("Hãy ghi nội dung đôn đốc."), field="chase")
    assert ctx.actor.user_id is not None
    sent = Chase(
        assignment_id=row.id,
        lead_unit_id=row.lead_unit_id,
        due_on=row.due_on,
        text=text.strip(),
        sent_at=ctx.now,
        sent_by_id=ctx.actor.user_id,
    )
    ctx.session.add(sent)
    ctx.session.flush()
    # A chase went to whom a mail went: not to whom has no address or no account, nor to oneself.
    people = lead_people(ctx, row)
    mails = notify(ctx, "chased", row, people, reason=text, cause=f"chase{sent.id}")
    if not mails and any(person.id == ctx.actor.user_id for person in people):
        raise Invalid(
            N_("Người nhận thư đôn đốc là chính anh/chị; đơn vị không có ai khác nhận được thư."), field="chase"
        )
    if not mails:
        raise Invalid(N_("Đơn vị chưa có ai nhận được thư đôn đốc."), field="chase")
    sent.readers = [ChaseReader(user_id=person_id, outbox_id=mail_id) for person_id, mail_id in mails.items()]
    names = [person.name for person in people if person.id in mails]
    record(ctx, "chase", "assignment", row.id, data={"chase": sent.id, "to": names})
    return sent


def unread(ctx: Context, dossier: Any) -> bool:
    """Whether something was sent to this person about it that they have not opened yet."""
    return any(
        one.user_id == ctx.actor.user_id and one.read_at is None for sent in dossier.chases for one in sent.readers
    )


def mark_read(ctx: Context, assignment_id: int) -> None:
    """Whoever opens the assignment has read what was sent to them about it."""
    sent = select(Chase.id).where(Chase.assignment_id == assignment_id)
    ctx.session.execute(
        update(ChaseReader)
        .where(ChaseReader.chase_id.in_(sent), ChaseReader.user_id == ctx.actor.user_id, ChaseReader.read_at.is_(None))
        .values(read_at=ctx.now)
        .execution_options(synchronize_session=False)
    )
