"""The pages of the cycle monitor: what is read for one."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers import statements
from tests.helpers.filing import LATER, opened
from tracker.store import cycle as store


@pytest.mark.parametrize(("view", "asked_for"), [("all", False), ("missing", False), ("overdue", True)])
def test_a_page_is_found_without_assignments(session: Session, act: Act, view: str, asked_for: bool) -> None:
    """Of ten thousand units only the fifty of the page are looked up, where the view does not ask for more."""
    cycle = opened(act)
    with statements.asked(session.get_bind().engine, "WITH page AS") as seen:
        store.rows(session, cycle.id, LATER.date(), view=view)
    ((statement, values),) = seen
    (plan,) = session.connection().exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    assert ("assignments" in _tables(_window(plan["Plan"]))) is asked_for


def _window(plan: dict[str, Any]) -> dict[str, Any]:
    """The step that takes one page of the list."""
    limits = [one for one in _steps(plan) if one["Node Type"] == "Limit" and "unit_reports" in _tables(one)]
    return limits[0]


def _steps(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(step for one in plan.get("Plans", []) for step in _steps(one))]


def _tables(plan: dict[str, Any]) -> set[str]:
    return {step["Relation Name"] for step in _steps(plan) if "Relation Name" in step}
