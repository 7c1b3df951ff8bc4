"""What comes from an address or a form, as far as the database can hold it."""

from collections.abc import Iterable
from contextlib import suppress

from werkzeug.routing import IntegerConverter

from tracker.rules.days import FIRST_YEAR, LAST_YEAR
from tracker.rules.errors import Invalid
from tracker.rules.text import plain
from tracker.rules.words import N_

LARGEST = 2**31 - 1
LONGEST = 10_000


class KeyConverter(IntegerConverter):
    """`<int:…>` in an address: a number that no row can have is an address that does not exist."""

    regex = r"[0-9]{1,10}"

    def __init__(self, *args: int, **kwargs: int) -> None:
        super().__init__(*args, **{"max": LARGEST, **kwargs})  # type: ignore[arg-type]


def key(value: str) -> int:
    """For `request.args.get(…, type=key)`. Raises ValueError when it is no number of a row."""
    number = int(value)
    if abs(number) > LARGEST:
        raise ValueError(value)
    return number


def keys(values: Iterable[str]) -> set[int]:
    """Those that are numbers of rows."""
    found = set()
    for value in values:
        with suppress(ValueError):
            found.add(key(value))
    return found


def year(value: str) -> int:
    """For `request.args.get(…, type=year)`. Raises ValueError when no programme can have such a year."""
    number = int(value)
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise ValueError(value)
    return number


def clean(value: str) -> str:
    """What is only looked for: without unseen marks, and no longer than anything that could be found."""
    return plain(value[:LONGEST])


def kept(value: str, field: str) -> str:
    """What is to be kept: without unseen marks, and never cut. Raises Invalid when it is too long."""
    # Far beyond the limit no unseen marks are worth looking for.
    value = plain(value) if len(value) <= 3 * LONGEST else value
    if len(value) > LONGEST:
        message = N_("Nội dung dài quá %(n)s ký tự; hãy rút gọn hoặc đính kèm tệp.")
        raise Invalid(message, field=field, n=LONGEST)
    return value
