"""Talking on an assignment. Who is named gets a mail; what comes from outside the lead unit also reaches its head and
the owner, for it is about their work. Within the unit, and from it to the office, only who is named is written to."""

from collections.abc import Iterable
from typing import Any

from tracker.models.comment import Comment, Mention
from tracker.models.user import PostRole, User
from tracker.rules.errors import Invalid
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.rules.workflow import State
from tracker.services.access import change
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import lead_people, notify
from tracker.store.people import holders, people_in
from tracker.store.user import named

LONGEST = 5_000


def comment(
    ctx: Context, assignment_id: int, *, text: str, users: Iterable[int] = (), units: Iterable[int] = ()
) -> Comment:
    """`users` and `units` are named: people of, and units that take part in, this assignment."""
    row = change(ctx, assignment_id, Permission.COMMENT, None)
    text = text.strip()
    if not text:
        raise Invalid(N_("Hãy ghi nội dung trao đổi."), field="comment")
    if len(text) > LONGEST:
        raise Invalid(N_("Nội dung dài quá %(n)s ký tự; hãy rút gọn hoặc đính kèm tệp."), field="comment", n=LONGEST)
    taking_part = people_in(ctx.session, units_of(ctx, row), ctx.today)
    named_users, named_units = set(users), set(units)
    if not named_users <= {id_ for people in taking_part.values() for id_ in people} or not (
        named_units <= taking_part.keys()
    ):
        raise Invalid(N_("Chỉ nhắc được người và đơn vị cùng tham gia nhiệm vụ này."), field="mention")
    assert ctx.actor.user_id is not None
    written = Comment(
        assignment_id=row.id,
        author_id=ctx.actor.user_id,
        text=text,
        created_at=ctx.now,
        mentions=[
            *(Mention(user_id=user_id) for user_id in sorted(named_users)),
            *(Mention(unit_id=unit_id) for unit_id in sorted(named_units)),
        ],
    )
    ctx.session.add(written)
    ctx.session.flush()
    record(ctx, "comment", "assignment", row.id, data={"comment": written.id})
    told: list[User] = [*named(ctx.session, named_users)]
    told += [one for group in holders(ctx.session, named_units, list(PostRole), ctx.today).values() for one in group]
    cause = f"comment{written.id}"
    notify(ctx, "mentioned", row, told, reason=text, cause=cause)
    if row.lead_unit_id not in ctx.actor.units and row.state is not State.DRAFT:
        already = {one.id for one in told}
        others = [one for one in lead_people(ctx, row) if one.id not in already]
        notify(ctx, "commented", row, others, reason=text, cause=cause)
    return written


def units_of(ctx: Context, row: Any) -> set[int]:
    """Who takes part in an assignment: the lead, those who coordinate, the standing office."""
    offices = ctx.offices.get(row.programme_id, frozenset())
    return {row.lead_unit_id, *(one.unit_id for one in row.coordination), *offices}
