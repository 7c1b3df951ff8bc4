"""The texts of a report: what the units wrote becomes one text with its sources named, which the office edits."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from tracker.exports.material import Text, sections_of
from tracker.exports.snapshot import SectionRow, Snapshot, UnitText
from tracker.rules.filing import CycleKind

# A unit's own numbering, and the mark that ends a document, have no place inside another's.
_NUMBERED = re.compile(r"^(?:[IVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})*[.)]|[a-zđ]\))\s+")
_ENDED = re.compile(r"\./\.\s*$")


def tidy(text: str) -> str:
    """Lines without numbering and empty ones."""
    lines = (_ENDED.sub(".", _NUMBERED.sub("- ", line.strip())) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def merged(texts: Iterable[UnitText]) -> str:
    """One after another in the order given, each followed by whose it is, a blank line between them."""
    found = []
    for one in texts:
        text = tidy(one.text)
        if not text:
            continue
        end = text[-1] if text[-1] in ".;!?" else ""
        body = text[: len(text) - len(end)] if end else text
        found.append(f"{body} ({one.unit}){end or '.'}")
    return "\n\n".join(found)


def drawn(sections: Iterable[SectionRow]) -> dict[str, str]:
    """Section → the text as the units have it; "" where they wrote nothing."""
    return {one.key: merged(one.texts) for one in sections}


def sources(text: str, section: SectionRow | None) -> tuple[str, ...]:
    """The units that are still named in a text."""
    return tuple(one.unit for one in section.texts if f"({one.unit})" in text) if section is not None else ()


def texts_of(snapshot: Snapshot, edited: Mapping[str, str | None]) -> dict[str, Text]:
    """Every section as the report has it: the office's text where there is one, else what was drawn.

    An edited "" is the office's wish that nothing stand there; an edited None is back to what is drawn.
    """
    by_key = {one.key: one for one in snapshot.sections}
    found = {}
    draws = drawn(snapshot.sections)
    for key, _title in sections_of(CycleKind(snapshot.cycle), snapshot.sections, snapshot.solution_groups):
        own = edited.get(key)
        text = own if own is not None else draws.get(key) or None
        found[key] = Text(text, sources(text or "", by_key.get(key)))
    return found


@dataclass(frozen=True)
class Change:
    """A line of two texts set beside each other: in both ("same"), only in the first ("gone"), only in the second."""

    kind: str
    line: str


def compared(first: str, second: str) -> list[Change]:
    """Line by line; [] where nothing differs."""
    a, b = ([line for line in text.splitlines() if line.strip()] for text in (first, second))
    if a == b:
        return []
    found: list[Change] = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Change("same", line) for line in a[a1:a2]]
            continue
        found += [Change("gone", line) for line in a[a1:a2]]
        found += [Change("new", line) for line in b[b1:b2]]
    return found
