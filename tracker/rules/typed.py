"""A figure as the fields of a form have it."""

from collections.abc import Mapping

from tracker.rules.figures import Entry
from tracker.rules.numbers import read_number

NUMBERS = ("numerator", "denominator", "value")
WORDS = ("source", "comment", "reason")


def per_of(name: str, per: int) -> int:
    """Of one of `NUMBERS`: a numerator and a denominator are counts, whatever the measure is."""
    return per if name == "value" else 1


def read_entry(fields: Mapping[str, str], per: int) -> Entry:
    """Of the fields of a form under the names of `Entry`; a box that is ticked has any value. `per`: of the measure."""
    numbers = {name: read_number(fields.get(name, ""), name, per_of(name, per)) for name in NUMBERS}
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
