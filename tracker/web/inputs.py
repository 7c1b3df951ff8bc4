"""What comes from an address or a form, cut to what the database can hold."""

from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
LONGEST = 10_000


class KeyConverter(IntegerConverter):
    """`<int:…>` in an address: a number that no row can have is an address that does not exist."""

    def __init__(self, *args: int, **kwargs: int) -> None:
        super().__init__(*args, **{"max": LARGEST, **kwargs})  # type: ignore[arg-type]


def key(value: str) -> int:
    """For `request.args.get(…, type=key)`. Raises ValueError when it is no number of a row."""
    number = int(value)
    if abs(number) > LARGEST:
        raise ValueError(value)
    return number


def clean(value: str) -> str:
    """Trimmed, of bounded length, without NUL, which PostgreSQL cannot hold."""
    return value.replace("\x00", "").strip()[:LONGEST]
