"""The texts of a report: what the units wrote becomes one text with its sources named, which the office edits."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from tracker.exports.material import Text, sections_of
from tracker.exports.snapshot import SectionRow, Snapshot, UnitText
from tracker.rules.filing import CycleKind

# A unit's own numbering, and the mark that ends a document, have no place inside another's.
_NUMBERED = re.compile(r"^(?:[IVX]{1,5}[.)]|\d{1,2}(?:\.\d{1,2})*[.)]|[a-zđ]\))\s+")
# Names of units, one after another.
_AND = "; "
_ENDED = re.compile(r"\./\.\s*$")


def tidy(text: str) -> str:
    """Lines without numbering and empty ones."""
    lines = (_ENDED.sub(".", _NUMBERED.sub("- ", line.strip())) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def merged(texts: Iterable[UnitText]) -> str:
    """One after another in the order given, a blank line between them. A sentence is followed by whose it is; a text of
    several lines stands under its unit's name. What several units wrote alike is said once, with all their names."""
    by_text: dict[str, tuple[str, list[str]]] = {}
    for one in texts:
        text = tidy(one.text)
        if text:
            by_text.setdefault(_key(text), (text, []))[1].append(one.unit)
    return "\n\n".join(_told(text, _AND.join(units)) for text, units in by_text.values())


def _told(text: str, names: str) -> str:
    lines = text.splitlines()
    if len(lines) > 1:
        return "\n".join([f"{names}:", *(line if line[:1] in "-+" else f"- {line}" for line in lines)])
    end = text[-1] if text[-1] in ".;!?" else ""
    body = text[: len(text) - len(end)] if end else text
    return f"{body} ({names}){end or '.'}"


def _key(text: str) -> str:
    """The same for what differs in capitals, marks and spaces alone."""
    return _said(text).casefold()


def _said(line: str) -> str:
    """Without the marks around it, of which `_told` moves the last."""
    return " ".join(line.removeprefix("- ").split()).rstrip(" .;,!?")


def drawn(sections: Iterable[SectionRow]) -> dict[str, str]:
    """Section → the text as the units have it; "" where they wrote nothing."""
    return {one.key: merged(one.texts) for one in sections}


def sources(text: str, section: SectionRow | None) -> tuple[str, ...]:
    """The units that are still named in a text: in brackets, or before what they wrote."""
    if section is None:
        return ()
    units = {one.unit for one in section.texts}
    found = {unit for line in text.splitlines() for unit in _heads(line, units)}
    found |= {unit for line in text.splitlines() for _at, group in _brackets(line) for unit in _all_of(group, units)}
    return tuple(one.unit for one in section.texts if one.unit in found or f"({one.unit})" in text)


def own_lines(text: str, section: SectionRow | None) -> list[str]:
    """Lines that no unit wrote, whichever units they are put down to."""
    rows = section.texts if section is not None else ()
    units = {one.unit for one in rows}
    written = {_said(line) for one in rows for line in tidy(one.text).splitlines()}
    found = []
    for line in text.splitlines():
        body = next((line[:at] for at, group in _brackets(line) if _all_of(group, units)), line)
        is_head = line.endswith(":") and _all_of(line[:-1], units)
        if line.strip() and not {_said(line), _said(body)} & written and not is_head:
            found.append(line)
    return found


def _heads(line: str, units: Collection[str]) -> list[str]:
    head, colon, _rest = line.partition(":")
    return _all_of(head, units) if colon else []


def _brackets(line: str) -> Iterator[tuple[int, str]]:
    """(where it opens, what is in it) of each bracket; one within another is part of that."""
    depth = start = 0
    for at, char in enumerate(line):
        if char == "(":
            depth, start = depth + 1, start if depth else at
        elif char == ")" and depth:
            depth -= 1
            if not depth:
                yield start, line[start + 1 : at]


def _all_of(words: str, units: Collection[str]) -> list[str]:
    """The units that a list names, if it names nothing else."""
    names = [name.strip() for name in words.split(_AND)]
    return names if all(name in units for name in names) else []


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
