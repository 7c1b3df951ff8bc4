"""Vietnamese text compared without diacritics, case, spelling of tone marks or punctuation."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case, no diacritics, đ → d, runs of anything else one space. Idempotent.

    NFD input and both placements of a tone mark (thủy, thuỷ) fold alike, because the marks are dropped.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("đ", "d")
    return _NOT_WORD.sub(" ", plain.casefold()).strip()
