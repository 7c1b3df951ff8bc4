"""Numbers as people type them, in Vietnamese or as a machine writes them."""

import re
from collections.abc import Mapping
from decimal import Decimal

from tracker.rules.errors import Invalid
from tracker.rules.figures import Entry
from tracker.rules.words import N_

_GROUPED = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_COMMA = re.compile(r"-?\d+,\d+")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
# What somebody types behind a number, and the signs that word processors put for a minus.
_BEHIND = re.compile(r"(?<=\d)(%|‰)$")
_LONGEST = 40
NUMBERS = ("numerator", "denominator", "value")
WORDS = ("source", "comment", "reason")


def read_number(text: str, field: str) -> Decimal | None:
    """ "1.234", "1.234,5", "9,5", "9.5", "97 %" → the number; None for nothing. Raises Invalid for anything else.

    "1.234" is one thousand two hundred and thirty-four, as Vietnamese writes it; "0.234" can only be a part of one.
    """
    typed = _BEHIND.sub("", text.replace("\u2212", "-").replace("\u00a0", " ").replace(" ", "").strip())
    if not typed:
        return None
    if len(typed) <= _LONGEST:
        if _GROUPED.fullmatch(typed):
            return Decimal(typed.replace(".", "").replace(",", "."))
        if _COMMA.fullmatch(typed) or _PLAIN.fullmatch(typed):
            return Decimal(typed.replace(",", "."))
    raise Invalid(N_("Hãy ghi một số, ví dụ 1.250 hoặc 9,5."), field=field)


def read_entry(fields: Mapping[str, str]) -> Entry:
    """Of the fields of a form under the names of `Entry`; a box that is ticked has any value."""
    numbers = {name: read_number(fields.get(name, ""), name) for name in NUMBERS}
    words = {name: fields.get(name, "") for name in WORDS}
    return Entry(
        numerator=numbers["numerator"],
        denominator=numbers["denominator"],
        value=numbers["value"],
        no_data=bool(fields.get("no_data")),
        estimate=bool(fields.get("estimate")),
        source=words["source"],
        comment=words["comment"],
        reason=words["reason"],
    )
