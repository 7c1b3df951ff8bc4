"""Vietnamese text compared without diacritics, case, spelling of tone marks or punctuation."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

# Controls, formats (zero-width, direction), halves of a pair, what Unicode has not assigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn"})
# Letters and symbols that are drawn as nothing.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def plain(text: str) -> str:
    """What a person typed, composed (NFC), without marks that nobody sees: controls, zero-width ones, those that turn
    the direction of writing. Lines end in "\\n". Empty where nothing is left that can be read."""
    kept = nfc(text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char for char in kept if char in "\t\n" or unicodedata.category(char) not in _UNSEEN).strip()
    return kept if any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in kept) else ""


def letters(text: str) -> Iterator[tuple[str, int, int]]:
    """What `fold` makes of the text, letter by letter: (letter, begin, end) of what it stands for, marks included; " "
    for what is neither letter nor digit."""
    at, size = 0, len(text)
    while at < size:
        end = at + 1
        while end < size and not _bare_letter(text[end]):
            end += 1
        for letter in _bare_letter(text[at]):
            yield (" " if _NOT_WORD.fullmatch(letter) else letter), at, end
        at = end


def fold(text: str) -> str:
    """Lower case, no diacritics, đ → d, runs of anything else one space. Idempotent.

    NFD input and both placements of a tone mark (thủy, thuỷ) fold alike, because the marks are dropped.
    """
    return _NOT_WORD.sub(" ", _bare(text)).strip()


@lru_cache(maxsize=4096)
def _bare_letter(letter: str) -> str:
    return _bare(letter)


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("đ", "d")
    return plain.casefold()


def inside(words: str) -> str:
    """A name as it stands inside a sentence: "Quý II/2026" as "quý II/2026"."""
    return words[:1].lower() + words[1:]
