"""Talking on an assignment; who is named gets a mail."""

from collections.abc import Iterable

from tracker.models.assignment import Assignment
from tracker.models.comment import Comment, Mention
from tracker.models.user import PostRole, User
from tracker.rules.errors import Invalid
from tracker.rules.permissions import Permission
from tracker.rules.words import N_
from tracker.services.access import change
from tracker.services.audit import record
from tracker.services.context import Context
from tracker.services.notice import notify
from tracker.store.assignment import involved_units
from tracker.store.people import holders

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
    people, known_units = mentionable(ctx, row)
    named_users, named_units = set(users), set(units)
    if not named_users <= people.keys() or not named_units <= known_units.keys():
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
    told = [people[user_id][0] for user_id in sorted(named_users)]
    told += [person for person, unit_id in people.values() if unit_id in named_units]
    notify(ctx, "mentioned", row, told, reason=text, cause=f"comment{written.id}")
    return written


def mentionable(ctx: Context, row: Assignment) -> tuple[dict[int, tuple[User, int]], dict[int, str]]:
    """({person: (person, unit)}, {unit: name}) of everybody who takes part: lead, coordinating, standing office."""
    units = involved_units(ctx.session, row, ctx.today)
    groups = holders(ctx.session, units.keys(), list(PostRole), ctx.today)
    people: dict[int, tuple[User, int]] = {}
    for unit_id in units:
        for person in groups.get(unit_id, []):
            people.setdefault(person.id, (person, unit_id))
    return people, units
