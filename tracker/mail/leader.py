"""The mail to whoever leads the committee: what is late in spite of what was tried, by unit, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from textwrap import shorten

from tracker.mail.item import MailItem
from tracker.mail.template import Rendered, catalogue, render
from tracker.mail.tried import tried_text
from tracker.mail.words import how_late
from tracker.rules.tried import Tried
from tracker.rules.words import N_

# So many rows are shown; the rest is counted, with a link to the site.
MOST_SHOWN = 8
# So many of one unit where others are late too: a leader reads which units, not one unit's list.
MOST_OF_UNIT = 3
# Of so many it is read what was tried, to see which units have the same to be said of them.
MOST_READ = 200
# So many units of a group are named.
MOST_NAMED = 6
ONE = N_("Đề nghị chỉ đạo: %(unit)s, %(late)s – %(title)s")
OF_UNIT = N_("Đề nghị chỉ đạo: %(n)s việc quá hạn của %(unit)s, lâu nhất %(days)s ngày làm việc")
OF_UNITS = N_("Đề nghị chỉ đạo: %(n)s việc quá hạn của %(units)s đơn vị, lâu nhất %(days)s ngày làm việc")
NOT_LATE = N_("Đề nghị xem xét: %(n)s việc của %(units)s đơn vị")


@dataclass(frozen=True)
class Batch:
    """Assignments of a unit of which the same is to be said: it is said once."""

    items: list[MailItem]
    tried: str

    @property
    def first(self) -> MailItem:
        return self.items[0]

    @property
    def said(self) -> tuple[object, ...]:
        one = self.first
        works = tuple((item.title, item.clause_ref) for item in self.items)
        instead = tuple(item.instead for item in self.items)
        return one.due_on, one.promised_on, instead, one.wording, one.is_request, self.tried, works


@dataclass(frozen=True)
class Group:
    """Units of which the same is to be said; the work of the first one stands for that of the others. `more` of each
    unit's work is counted only."""

    units: list[str]
    batches: list[Batch]
    more: int = 0

    @property
    def instead(self) -> MailItem | None:
        """One that comes here in somebody's place: said once of all."""
        items = [item for batch in self.batches for item in batch.items]
        return next((item for kind in ("head", "unit", "office") for item in items if item.instead == kind), None)

    @property
    def rows(self) -> int:
        return sum(len(batch.items) for batch in self.batches)


def to_show(items: Mapping[int, MailItem]) -> list[int]:
    """The assignments to be told if there is room, by unit: that with the latest work first, of several the one with
    more of it."""
    of_unit: dict[str, list[int]] = {}
    for id_ in sorted(items, key=lambda id_: (-items[id_].working_days, items[id_].clause_ref, id_)):
        of_unit.setdefault(items[id_].unit_name, []).append(id_)
    units = sorted(of_unit.items(), key=lambda unit: (-items[unit[1][0]].working_days, -len(unit[1]), unit[0]))
    return [id_ for _name, ids in units for id_ in ids][:MOST_READ]


def leader_mail(
    items: Mapping[int, MailItem],
    tried: Mapping[int, Tried],
    *,
    link: str,
    to_name: str,
    today: date,
    base_url: str,
    locale: str,
    sample: bool,
) -> Rendered:
    """What, whose, how late, what was tried, what is asked, and one link. Both by assignment, `tried` of `to_show`;
    `link` leads to all of them."""
    said = {id_: tried_text(tried[id_], today, locale) if id_ in tried else "" for id_ in to_show(items)}
    units = len({item.unit_name for item in items.values()})
    groups = _cut(_alike(items, said), MOST_SHOWN if units == 1 else MOST_OF_UNIT)
    told = sum((group.rows + group.more) * len(group.units) for group in groups)
    return render(
        "leader",
        locale,
        _subject(list(items.values()), units, locale),
        groups=groups,
        units=units,
        left_out=len(items) - told,
        left_units=units - sum(len(group.units) for group in groups),
        only_requests=all(item.is_request for item in items.values()),
        most_named=MOST_NAMED,
        link=link,
        to_name=to_name,
        base_url=base_url,
        sample=sample,
    )


def _alike(items: Mapping[int, MailItem], said: Mapping[int, str]) -> list[Group]:
    """By unit; units of which exactly the same is to be said stand together."""
    found: dict[tuple[object, ...], Group] = {}
    for name, ids in groupby(said, key=lambda id_: items[id_].unit_name):
        alike = groupby(ids, key=lambda id_: (_facts_of(items[id_]), said[id_]))
        batches = [Batch([items[id_] for id_ in group], text) for (_facts, text), group in alike]
        key = tuple(batch.said for batch in batches)
        found.setdefault(key, Group([], batches)).units.append(name)
    return list(found.values())


def _facts_of(item: MailItem) -> tuple[object, ...]:
    return item.due_on, item.promised_on, item.wording


def _cut(groups: Sequence[Group], of_unit: int) -> list[Group]:
    """As many rows as are read, at most `of_unit` of a group."""
    shown: list[Group] = []
    room = MOST_SHOWN
    for group in groups:
        left = min(of_unit, room)
        batches = []
        for batch in group.batches:
            if left:
                batches.append(Batch(batch.items[:left], batch.tried))
                left -= len(batches[-1].items)
        if not batches:
            break
        shown.append(Group(group.units, batches, group.rows - sum(len(batch.items) for batch in batches)))
        room -= shown[-1].rows
    return shown


def _subject(items: Sequence[MailItem], units: int, locale: str) -> str:
    _ = catalogue(locale).gettext
    values = {"n": len(items), "units": units, "unit": items[0].unit_name}
    if len(items) == 1:
        title = shorten(items[0].title, 50, placeholder="…")
        return _(ONE) % {**values, "late": how_late(items[0], _), "title": title}
    if not all(item.late for item in items):
        return _(NOT_LATE) % values
    return _(OF_UNIT if units == 1 else OF_UNITS) % {**values, "days": max(item.working_days for item in items)}
