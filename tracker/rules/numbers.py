"""Numbers as people in Vietnam type them: "1.234", "9,5", "1 234,56"; and the way back for a field."""

import re
from decimal import Decimal

from tracker.rules.errors import Invalid
from tracker.rules.words import N_

_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_PLAIN = re.compile(r"-?[0-9]+(?:,[0-9]+)?")
# A point that can be no separator of thousands was meant as a comma: "9.5", "0.234".
_POINT = re.compile(r"-?[0-9]+\.[0-9]+")
# What somebody types behind a number.
_BEHIND = re.compile(r"(?<=[0-9])[%‰]$")
LONGEST = 30


def read_number(text: str, field: str) -> Decimal | None:
    """ "1.234" (one thousand and so many), "1.234,5", "9,5", "9.5", "97 %" → the number; None where nothing was typed.
    Raises Invalid for what is no number."""
    # Word processors put a sign of their own for a minus.
    typed = _BEHIND.sub("", re.sub(r"\s", "", text).replace("\u2212", "-"))
    if not typed:
        return None
    if len(typed) <= LONGEST:
        if _GROUPED.fullmatch(typed):
            return Decimal(typed.replace(".", "").replace(",", "."))
        if _PLAIN.fullmatch(typed):
            return Decimal(typed.replace(",", "."))
        if _POINT.fullmatch(typed):
            return Decimal(typed)
    raise Invalid(N_("“%(text)s” không phải là số; hãy ghi ví dụ 1.250 hoặc 9,5."), field=field, text=text.strip()[:40])


def in_field(value: Decimal | None) -> str:
    """As a field shows it: no grouping, so that nothing can be misread; "" for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
