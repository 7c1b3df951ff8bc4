"""What is wrong with a unit's report, as the summary on top of its page says it."""

from textwrap import shorten

from tracker.services.report_page import Page
from tracker.web.language import gettext as _


def named(page: Page, errors: dict[str, str]) -> dict[str, str]:
    """The errors of the fields, each with its section or indicator: apart from its field it would not tell."""
    titles = {one.key: one.title for one in page.sections}
    for one in page.fields:
        titles[f"m{one.measure.id}"] = _(
            "Chỉ tiêu %(n)s, %(name)s", n=one.indicator.number, name=shorten(one.measure.name, 80, placeholder="…")
        )
    found = {}
    for field, message in errors.items():
        part = field.removeprefix("reason-")
        of = titles.get(part) or titles.get(part.split("-")[0])
        found[field] = f"{of}: {message}" if of else message
    return found
