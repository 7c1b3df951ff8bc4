"""Where a mail that tells of several assignments leads to: the one, or the list that holds them all."""

from collections.abc import Sequence
from urllib.parse import urlencode

from tracker.mail.item import MailItem
from tracker.services.context import Context
from tracker.services.fired import Fired


def list_link(ctx: Context, fired: Sequence[Fired], items: Sequence[MailItem]) -> str:
    if len({item.url for item in items}) == 1:
        return items[0].url
    programmes = {one.programme_id for one in fired}
    units = {one.assignment.lead_unit_id for one in fired}
    query = {
        "programme": programmes.pop() if len(programmes) == 1 else None,
        "unit": units.pop() if len(units) == 1 else None,
        "class": "overdue" if all(item.late for item in items) else "open",
    }
    return f"{ctx.base_url}/assignments?{urlencode({name: value for name, value in query.items() if value})}"
