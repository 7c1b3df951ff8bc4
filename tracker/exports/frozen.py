"""Frozen dataclasses read back from the JSON that was made of them."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def read(kind: type[T], data: dict[str, Any]) -> T:
    """A frozen dataclass from the JSON of its like; tuples and nested ones as they are declared."""
    assert is_dataclass(kind)
    hints = _hints(kind)
    return kind(**{one.name: _read(hints[one.name], data[one.name]) for one in fields(kind) if one.name in data})


def _read(hint: Any, value: Any) -> Any:
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, dict):
        return read(hint, value)
    if get_origin(hint) is tuple and value is not None:
        inner = get_args(hint)
        return tuple(_read(inner[0 if inner[-1] is Ellipsis else at], one) for at, one in enumerate(value))
    for option in get_args(hint):
        if is_dataclass(option) and isinstance(value, dict):
            return _read(option, value)
    return value
