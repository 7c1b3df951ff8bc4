"""Jinja, set up for pages that are put together from many small templates."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Templates(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """No template here has globals of its own (given to `get_template` they would be everybody's), so all share the
        plain dict: every `{% from … import … %}` compares all names, which through Jinja's chain of dicts is a tenth of
        a page."""
        return super().make_globals(d) if d else self.globals
