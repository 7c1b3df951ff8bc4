"""What changes while an edition is frozen is in the next one: all of it is of one moment."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.helpers.filing import OFFICE, accepted_cycle, actor_named
from tracker.acting import acting
from tracker.building import build_due
from tracker.extensions import db
from tracker.models.report import ConsolidatedReport
from tracker.services import report as reports
from tracker.services import snapshot


def test_it_is_read_as_of_one_moment(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle_id = accepted_cycle(app)
    summary = snapshot.summary

    def meanwhile(*args: Any, **named: Any) -> Any:
        """Somebody else commits between the figures and the assignments."""
        with db.engine.begin() as other:
            other.execute(text("UPDATE units SET name = 'Đổi tên' WHERE code = 'p-yte'"))
        return summary(*args, **named)

    monkeypatch.setattr(snapshot, "summary", meanwhile)
    with app.app_context():
        with acting(actor_named(OFFICE)) as ctx:
            reports.request_report(ctx, programme_id=0, year=0, cycle_id=cycle_id)
            ctx.nudges.clear()
        assert build_due(acting) == 1
        with acting() as ctx:
            (report,) = ctx.session.scalars(select(ConsolidatedReport))
            assert report.snapshot is not None
            names = {unit["name"] for unit in report.snapshot["units"]}
    assert "Phòng Y tế" in names
    assert "Đổi tên" not in names
