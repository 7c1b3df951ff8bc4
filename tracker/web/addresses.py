"""`url_for` as templates call it. A page has dozens of the same addresses; each is built once."""

from functools import lru_cache
from typing import Any

from flask import request, url_for


def address(endpoint: str, **values: Any) -> str:
    """A page asked about itself in some other way (`_external`, a blueprint's own `.name`) is left to Flask."""
    if endpoint.startswith(".") or any(name.startswith("_") for name in values):
        return url_for(endpoint, **values)
    return _address(request.script_root, endpoint, **values)


@lru_cache(4096)
def _address(_root: str, _endpoint: str, **values: Any) -> str:
    return url_for(_endpoint, **values)
