"""The digest: one mail a day for one person, short enough to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from textwrap import shorten

from tracker.mail.item import MailItem
from tracker.mail.render import MOST_ROWS, inviting
from tracker.mail.template import Rendered, catalogue, render
from tracker.mail.words import how_late
from tracker.rules.ladder import OF_UNIT
from tracker.rules.words import N_

# Of other units' work; who oversees it has the whole list on the site.
MOST_OTHERS = 20
LATE = N_("Quá hạn %(n)s ngày làm việc: %(title)s")
TODAY = N_("Đến hạn hôm nay: %(title)s")
SOON = N_("Sắp đến hạn %(day)s: %(title)s")
NOT_KEPT = N_("Quá ngày hẹn %(day)s, chưa xong: %(title)s")
OF_OTHERS = N_("Đôn đốc %(unit)s, %(late)s: %(title)s")
OWN = N_("Nhắc việc ngày %(day)s: %(counts)s")
OTHERS = N_("Đôn đốc ngày %(day)s: %(counts)s")
LATE_OF_UNIT = N_("%(n)s việc quá hạn của %(unit)s, lâu nhất %(days)s ngày làm việc")
LATE_OF_UNITS = N_("%(n)s việc quá hạn của %(units)s đơn vị, lâu nhất %(days)s ngày làm việc")


@dataclass(frozen=True)
class Section:
    """`told`: who else is told of every one of these items, where it is the same people; then the items do not say.
    `instead`: one of them that comes here in somebody's place, which is said once."""

    unit_name: str
    items: list[MailItem]
    told: tuple[str, ...] = ()
    instead: MailItem | None = None

    @property
    def is_requests(self) -> bool:
        return all(item.is_request for item in self.items)

    @property
    def invites(self) -> bool:
        return any(item.invited for item in self.items)

    @property
    def units(self) -> int:
        return len({item.unit_name for item in self.items})

    @property
    def urgencies(self) -> int:
        return len({(item.working_days, item.promised_on) for item in self.items})


def digest(
    items: Sequence[MailItem], *, link: str, to_name: str, today: date, base_url: str, locale: str, sample: bool
) -> Rendered:
    """What, whose, how late, who else knows, one link each; most urgent first, other units' work by unit, with `link`
    to the list of it."""
    ordered = sorted(items, key=_urgency)
    own = [item for item in ordered if item.role in OF_UNIT]
    units = _by_unit([item for item in ordered if item.role not in OF_UNIT])
    own, units = own[:MOST_ROWS], _cut(units, min(MOST_OTHERS, MOST_ROWS - len(own[:MOST_ROWS])))
    shown = [*own, *(item for unit in units for item in unit)]
    mail = render(
        "digest",
        locale,
        _subject(ordered, bool(units), today, locale),
        own=_section(own) if own else None,
        others=[_section(unit) for unit in units],
        left_out=len(ordered) - len(shown),
        link=link,
        to_name=to_name,
        today=today,
        base_url=base_url,
        sample=sample,
    )
    return inviting(mail, shown)


def _urgency(item: MailItem) -> tuple[object, ...]:
    return item.promised_on is None, -item.working_days, item.unit_name, item.clause_ref


def _subject(items: Sequence[MailItem], of_others: bool, today: date, locale: str) -> str:
    """What the one thing is; of several how many, and how bad."""
    _ = catalogue(locale).gettext
    if len(items) > 1:
        counts = _counts(items, of_others, locale)
        if mine := sum(item.role in OF_UNIT for item in items) if of_others else 0:
            counts += "; " + _("%(n)s việc của anh/chị") % {"n": mine}
        return _(OTHERS if of_others else OWN) % {"day": f"{today:%d/%m}", "counts": counts}
    (item,) = items
    title = shorten(item.title, 80, placeholder="…")
    if of_others:
        return _(OF_OTHERS) % {"unit": item.unit_name, "late": how_late(item, _), "title": title}
    if item.promised_on is not None:
        return _(NOT_KEPT) % {"day": f"{item.promised_on:%d/%m}", "title": title}
    if item.late:
        return _(LATE) % {"n": item.working_days, "title": title}
    if item.is_due_today:
        return _(TODAY) % {"title": title}
    return _(SOON) % {"day": f"{item.due_on:%d/%m}" if item.due_on else "", "title": title}


def _counts(items: Sequence[MailItem], of_others: bool, locale: str) -> str:
    """Of the other units' work alone, where there is some."""
    _ = catalogue(locale).gettext
    items = [item for item in items if not of_others or item.role not in OF_UNIT]
    due = [item for item in items if item.promised_on is None]
    late, today = [item for item in due if item.late], sum(item.is_due_today for item in due)
    units = {item.unit_name for item in late}
    late_words = _("%(n)s việc quá hạn")
    if of_others:
        late_words = _(LATE_OF_UNIT if len(units) == 1 else LATE_OF_UNITS)
    counts = (
        (len(late), late_words),
        (today, _("%(n)s việc đến hạn hôm nay")),
        (len(due) - len(late) - today, _("%(n)s việc sắp đến hạn")),
        (len(items) - len(due), _("%(n)s việc quá ngày hẹn, chưa xong")),
    )
    days = max((item.working_days for item in late), default=0)
    facts = {"unit": min(units, default=""), "units": len(units), "days": days}
    return ("; " if of_others else ", ").join(said % {**facts, "n": n} for n, said in counts if n)


def _by_unit(items: Sequence[MailItem]) -> list[list[MailItem]]:
    """The unit with the most urgent work first, of several the one with more of it."""
    found: dict[str, list[MailItem]] = {}
    for item in items:
        found.setdefault(item.unit_name, []).append(item)
    return sorted(found.values(), key=lambda unit: (_urgency(unit[0])[:2], -len(unit), unit[0].unit_name))


def _cut(units: Sequence[list[MailItem]], most: int) -> list[list[MailItem]]:
    shown = []
    for unit in units:
        if most > 0:
            shown.append(unit[:most])
            most -= len(unit)
    return shown


def _section(items: list[MailItem]) -> Section:
    name, told = items[0].unit_name, items[0].told
    # One of which somebody of the unit is told says for all of them that only its head is missing.
    instead = next((item for kind in ("head", "unit", "office") for item in items if item.instead == kind), None)
    if told and all(item.told == told for item in items):
        return Section(name, [replace(item, told=()) for item in items], told, instead)
    return Section(name, items, instead=instead)
