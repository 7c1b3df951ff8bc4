"""What a person types into the search field, as a question: words, "phrases", the last word as a beginning."""

import re

from tracker.rules.text import fold

LONGEST = 200
MOST_WORDS = 12
_PART = re.compile(r'"([^"]*)"?|([^"]+)')


def words_of(typed: str) -> list[str]:
    """Folded, without repetitions, in the order typed: what is to be marked in the text that was found."""
    return list(dict.fromkeys(fold(typed[:LONGEST]).split()))[:MOST_WORDS]


def tsquery(typed: str) -> str:
    """For PostgreSQL's `to_tsquery('simple', …)`; "" when nothing is left to look for.

    Only letters a–z, digits and our own operators come out, so nothing typed can break the question.
    """
    typed = typed[:LONGEST]
    terms: list[str] = []
    for phrase, loose in _PART.findall(typed):
        if phrase:
            terms.append(" <-> ".join(fold(phrase).split()[:MOST_WORDS]))
        else:
            terms += fold(loose).split()
    terms = [f"({term})" if " " in term else term for term in dict.fromkeys(terms) if term][:MOST_WORDS]
    if terms and not typed.rstrip().endswith('"') and typed[-1:].strip() and not terms[-1].startswith("("):
        # Still being typed: "dinh dư" finds "dinh dưỡng".
        terms[-1] += ":*"
    return " & ".join(terms)
