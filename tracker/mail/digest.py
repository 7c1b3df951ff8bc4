"""The digest: one mail a day for one person, short enough to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.mail.render import MOST_ROWS, MailItem, inviting
from tracker.mail.template import Rendered, catalogue, render
from tracker.rules.ladder import OF_UNIT

# Of other units' work; who oversees it has the whole list on the site.
MOST_OTHERS = 20


@dataclass(frozen=True)
class Section:
    """`told`: who else is told of every one of these items, where it is the same people; then the items do not say."""

    unit_name: str
    items: list[MailItem]
    told: tuple[str, ...] = ()


def digest(
    items: Sequence[MailItem], *, to_name: str, today: date, base_url: str, locale: str, sample: bool
) -> Rendered:
    """What, whose, how late, who else knows, one link each; most urgent first, other units' work by unit."""
    ordered = sorted(items, key=_urgency)
    own = [item for item in ordered if item.role in OF_UNIT]
    units = _by_unit([item for item in ordered if item.role not in OF_UNIT])
    own, units = own[:MOST_ROWS], _cut(units, min(MOST_OTHERS, MOST_ROWS - len(own[:MOST_ROWS])))
    shown = [*own, *(item for unit in units for item in unit)]
    mail = render(
        "digest",
        locale,
        f"{_counts(ordered, locale)} ({today:%d/%m/%Y})",
        own=_section(own) if own else None,
        others=[_section(unit) for unit in units],
        left_out=len(ordered) - len(shown),
        to_name=to_name,
        today=today,
        base_url=base_url,
        sample=sample,
    )
    return inviting(mail, shown)


def _urgency(item: MailItem) -> tuple[object, ...]:
    return item.promised_on is None, -item.working_days, item.unit_name, item.clause_ref


def _counts(items: Sequence[MailItem], locale: str) -> str:
    _ = catalogue(locale).gettext
    due = [item for item in items if item.promised_on is None]
    late, today = sum(item.late for item in due), sum(item.is_due_today for item in due)
    counts = (
        (late, _("%(n)s việc quá hạn")),
        (today, _("%(n)s việc đến hạn hôm nay")),
        (len(due) - late - today, _("%(n)s việc sắp đến hạn")),
        (len(items) - len(due), _("%(n)s lời hẹn đã qua ngày")),
    )
    return ", ".join(said % {"n": n} for n, said in counts if n)


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
    told = items[0].told
    if told and all(item.told == told for item in items):
        return Section(items[0].unit_name, [replace(item, told=()) for item in items], told)
    return Section(items[0].unit_name, items)
