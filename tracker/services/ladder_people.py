"""Today's holders of the ladder's roles, resolved when the mail is made, and who of them has today's mail already."""

from collections.abc import Sequence
from datetime import date

from tracker.models.programme import Programme
from tracker.models.user import PostRole, User
from tracker.rules.ladder import NEXT_IN_LINE, LadderRole
from tracker.services.context import Context
from tracker.services.digest import digest_key
from tracker.services.leader_mail import leader_key
from tracker.store.escalation import Answered, Due
from tracker.store.outbox import known_keys
from tracker.store.people import SIGNING, holders, standing_unit_ids
from tracker.store.user import named


class People:
    """Of one programme, for these rows."""

    def __init__(self, ctx: Context, programme: Programme, rows: Sequence[Answered]) -> None:
        self._heads = holders(ctx.session, {row.lead_unit_id for row in rows}, SIGNING, ctx.today)
        self._owners = {one.id: one for one in named(ctx.session, {row.owner_id for row in rows if row.owner_id})}
        office = standing_unit_ids(ctx.session, ctx.today).get(programme.id, frozenset())
        self._office = [
            one for group in holders(ctx.session, office, list(PostRole), ctx.today).values() for one in group
        ]
        issuer = programme.issuer_unit_id
        self._leaders = holders(ctx.session, [issuer], [PostRole.HEAD], ctx.today).get(issuer, [])
        self._deputies = holders(ctx.session, [issuer], [PostRole.DEPUTY], ctx.today).get(issuer, [])
        everybody = (*self._owners.values(), *(one for group in self._heads.values() for one in group))
        self._today = ctx.today
        people = {*everybody, *self._office, *self._leaders, *self._deputies}
        self._written = known_keys(ctx.session, [key for one in people for key in _keys(ctx.today, one)])

    def signs(self, row: Due, user_id: int) -> bool:
        return any(one.id == user_id for one in self._heads.get(row.lead_unit_id, []))

    def answering(self, row: Due) -> tuple[User, ...]:
        """Who signs for the unit, and the owner."""
        owner = self._owners.get(row.owner_id or 0)
        return (*self._heads.get(row.lead_unit_id, ()), *((owner,) if owner else ()))

    def reached(self, row: Due, role: LadderRole, but: int | None = None) -> tuple[LadderRole, list[User]]:
        """Who is told, and as what: the role's own people, or of the next role in line whose people have an address
        that takes mail; `but` is told by nobody of themselves. Nobody: an empty list."""
        told_as: LadderRole | None = role
        while told_as is not None:
            found = [one for one in self.in_role(row, told_as) if one.reachable and one.id != but]
            if found:
                return told_as, found
            told_as = NEXT_IN_LINE.get(told_as)
        return role, []

    def unmailed(self, row: Due, role: LadderRole, but: int | None = None) -> list[User]:
        """The role's own people whom no mail reaches."""
        return [one for one in self.in_role(row, role) if one.active and not one.reachable and one.id != but]

    def in_role(self, row: Answered, role: LadderRole) -> list[User]:
        heads = self._heads.get(row.lead_unit_id, [])
        match role:
            case LadderRole.OWNER:
                # Work that nobody has taken on yet is the head's.
                return [self._owners[row.owner_id]] if row.owner_id else heads
            case LadderRole.HEAD:
                return heads
            case LadderRole.STANDING_OFFICE:
                return self._office
            case LadderRole.DEPUTY_LEADER:
                return self._deputies
            case LadderRole.LEADER:
                return self._leaders

    def has_mail_today(self, person: User) -> bool:
        """A digest, or the mail of a leader: both are written by one sweep."""
        return not self._written.isdisjoint(_keys(self._today, person))


def _keys(day: date, person: User) -> tuple[str, str]:
    return digest_key(day, person), leader_key(day, person)
