"""How the templates of mails are filled: the catalogue, the filters, and the rules of style put onto the elements."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import css_inline
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker.mail import words
from tracker.mail.link import Invitation
from tracker.rules.recurrence import period_words

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "tracker" / "translations"
PREFIX = "[Giao Việc] "
# One for all mails: a new one each time takes as long again as the work.
_INLINER = css_inline.CSSInliner()


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    # The links it carries: whoever puts it into the outbox makes their rows.
    invitations: tuple[Invitation, ...] = ()
    # By which its recipient may switch such mails off, where its kind does not say it.
    topic: str | None = None


def period_text(key: str, locale: str) -> str:
    message, params = period_words(key)
    return catalogue(locale).gettext(message) % params


@cache
def catalogue(locale: str) -> NullTranslations:
    """The gettext catalogue; Vietnamese has none, because the msgids are Vietnamese."""
    return Translations.load(CATALOGUES, [locale])


@cache
def _environment(locale: str, *, html: bool) -> Environment:
    """One for HTML and one for text: the macros that both share escape what they are given in the first alone."""
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "email"),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    known = catalogue(locale).gettext

    # What Jinja's own extension does, in a quarter of its time: most of a digest's was spent here.
    def gettext(message: str, **values: object) -> str:
        said = known(message)
        return said % values if values else said

    environment.globals["_"] = gettext
    environment.filters["period"] = lambda key: period_text(key, locale)
    environment.filters["day"] = words.day
    for said in (words.how_late, words.due, words.facts, words.also_told, words.instead):
        environment.filters[said.__name__] = partial(said, _=known)
    return environment


def render(template: str, locale: str, subject: str, **values: object) -> Rendered:
    values |= {"subject": subject, "locale": locale}
    html = _environment(locale, html=True).get_template(f"{template}.html").render(values)
    text = _environment(locale, html=False).get_template(f"{template}.txt").render(values)
    return Rendered(
        subject=f"{PREFIX}{subject}",
        text=text.strip() + "\n",
        # Outlook and Gmail drop <style>; the rules must stand on the elements.
        html=_INLINER.inline(html),
    )
