"""What a person types into the search field, as a question: words, "phrases", the last word as a beginning."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.rules.text import fold, letters

LONGEST = 200
MOST_WORDS = 12
_PART = re.compile(r'"([^"]*)"?|([^"]+)')


@dataclass(frozen=True)
class Term:
    """One folded word, or several that stand side by side. `beginning`: a word may go on behind it."""

    words: tuple[str, ...]
    beginning: bool = False


def terms_of(typed: str) -> list[Term]:
    """Without repetitions, in the order typed."""
    typed = typed[:LONGEST]
    found: list[tuple[str, ...]] = []
    for phrase, loose in _PART.findall(typed):
        if phrase:
            found.append(tuple(fold(phrase).split()[:MOST_WORDS]))
        else:
            found += [(word,) for word in fold(loose).split()]
    found = [words for words in found if words]
    # Still being typed: "dinh dư" finds "dinh dưỡng".
    typing = bool(found) and not typed.rstrip().endswith('"') and bool(typed[-1:].strip()) and len(found[-1]) == 1
    last = found[-1] if typing else None
    return [Term(words, beginning=words == last) for words in dict.fromkeys(found)][:MOST_WORDS]


def tsquery(typed: str) -> str:
    """For PostgreSQL's `to_tsquery('simple', …)`; "" when nothing is left to look for.

    Only letters a–z, digits and our own operators come out, so nothing typed can break the question.
    """
    return " & ".join(_asked(term) for term in terms_of(typed))


def _asked(term: Term) -> str:
    text = " <-> ".join(term.words)
    return f"({text})" if len(term.words) > 1 else text + ":*" * term.beginning


def marks(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """What of the text the terms found: (begin, end) in order, apart from each other. Of a beginning, that much."""
    words = _words(text)
    found: list[tuple[int, int]] = []
    for term in terms:
        size = len(term.words)
        for at in range(len(words) - size + 1):
            first, last = words[at], words[at + size - 1]
            if term.beginning:
                if first.text.startswith(term.words[0]):
                    found.append((first.begins[0], first.ends[len(term.words[0]) - 1]))
            elif all(words[at + n].text == word for n, word in enumerate(term.words)):
                found.append((first.begins[0], last.ends[-1]))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


@dataclass(frozen=True)
class _Word:
    """A folded word, and where each of its letters comes from."""

    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    piece: list[tuple[str, int, int]] = []
    for one in (*letters(text), (" ", len(text), len(text))):
        if one[0] != " ":
            piece.append(one)
        elif piece:
            chars, begins, ends = zip(*piece, strict=True)
            words.append(_Word("".join(chars), begins, ends))
            piece = []
    return words
