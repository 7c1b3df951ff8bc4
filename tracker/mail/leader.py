"""The mail to whoever leads the committee: what is late in spite of what was tried, by unit, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from textwrap import shorten

from tracker.mail.render import MailItem
from tracker.mail.template import Rendered, catalogue, how_late, render
from tracker.mail.tried import tried_text
from tracker.rules.tried import Tried
from tracker.rules.words import N_

# So many assignments are told one by one; the rest is counted, with a link to the site.
MOST_SHOWN = 12
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


@dataclass(frozen=True)
class Group:
    unit_name: str
    batches: list[Batch]


def to_show(items: Mapping[int, MailItem]) -> list[int]:
    """The assignments to be told one by one: the unit with the latest work first, of several the one with more."""
    of_unit: dict[str, list[int]] = {}
    for id_ in sorted(items, key=lambda id_: (-items[id_].working_days, items[id_].clause_ref, id_)):
        of_unit.setdefault(items[id_].unit_name, []).append(id_)
    units = sorted(of_unit.items(), key=lambda unit: (-items[unit[1][0]].working_days, -len(unit[1]), unit[0]))
    return [id_ for _name, ids in units for id_ in ids][:MOST_SHOWN]


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
    shown = to_show(items)
    groups = [
        Group(name, _batches(list(ids), items, tried, today, locale))
        for name, ids in groupby(shown, key=lambda id_: items[id_].unit_name)
    ]
    units = len({item.unit_name for item in items.values()})
    return render(
        "leader",
        locale,
        _subject(list(items.values()), units, locale),
        groups=groups,
        units=units,
        left_out=len(items) - len(shown),
        only_requests=all(item.is_request for item in items.values()),
        link=link,
        to_name=to_name,
        base_url=base_url,
        sample=sample,
    )


def _batches(
    ids: Sequence[int], items: Mapping[int, MailItem], tried: Mapping[int, Tried], today: date, locale: str
) -> list[Batch]:
    def alike(id_: int) -> tuple[object, ...]:
        item, done = items[id_], tried.get(id_)
        text = tried_text(done, today, locale) if done else ""
        return item.due_on, item.promised_on, item.instead, item.wording, text

    return [Batch([items[id_] for id_ in group], str(key[-1])) for key, group in groupby(ids, key=alike)]


def _subject(items: Sequence[MailItem], units: int, locale: str) -> str:
    _ = catalogue(locale).gettext
    values = {"n": len(items), "units": units, "unit": items[0].unit_name}
    if len(items) == 1:
        title = shorten(items[0].title, 50, placeholder="…")
        return _(ONE) % {**values, "late": how_late(items[0], locale), "title": title}
    if not all(item.late for item in items):
        return _(NOT_LATE) % values
    return _(OF_UNIT if units == 1 else OF_UNITS) % {**values, "days": max(item.working_days for item in items)}
