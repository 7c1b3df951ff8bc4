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
_SIGNS = {100: "%", 1000: "‰"}
LONGEST = 30


def read_number(text: str, field: str, per: int = 1) -> Decimal | None:
    """ "1.234" (one thousand and so many), "1.234,5", "9,5", "9.5" → the number; None where nothing was typed. `per`:
    what it is of; "97 %" is a number per 100, "9,5 ‰" one per 1 000. Raises Invalid for what is no number, and for a
    sign that is another's."""
    # Word processors put a sign of their own for a minus.
    typed = re.sub(r"\s", "", text).replace("\u2212", "-")
    if sign := _BEHIND.search(typed):
        check_sign(sign[0], field, per)
        typed = typed[:-1]
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


def check_sign(sign: str, field: str, per: int) -> None:
    """Raises Invalid where "%" or "‰" is not what a number `per` so many is counted in: who knows which was meant?"""
    own = _SIGNS.get(per)
    if own is None:
        raise Invalid(N_("Ô này không tính bằng %(sign)s; hãy chỉ ghi số."), field=field, sign=sign)
    if sign != own:
        raise Invalid(N_("Chỉ tiêu này tính bằng %(unit)s, không phải %(sign)s."), field=field, unit=own, sign=sign)


def in_field(value: Decimal | None) -> str:
    """As a field shows it: no grouping, so that nothing can be misread; "" for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
