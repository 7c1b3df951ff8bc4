"""Taking in the real document, the same again, and a changed text as a new version."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.world import DATA, make_settings
from tracker.acting import acting
from tracker.app import create_app
from tracker.extensions import db
from tracker.importing.programme import parse
from tracker.models.assignment import Assignment
from tracker.models.clause import Clause
from tracker.models.duty import Duty
from tracker.models.escalation import LadderStep
from tracker.models.indicator import Indicator, Measure, Target
from tracker.models.programme import ProgrammeVersion
from tracker.models.unit import Unit
from tracker.services.programme import import_programme

REAL = (DATA / "programme.md").read_text()


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_numbers_in_the_database(session: Session) -> None:
    counted = {model.__name__: count(session, model) for model in (Indicator, Measure, Target, Duty, LadderStep)}
    assert counted == {"Indicator": 24, "Measure": 35, "Target": 65, "Duty": 50, "LadderStep": 7}
    assert count(session, Clause) == len(parse(REAL).clauses)


def test_the_same_text_twice_changes_nothing(session: Session, act: Act) -> None:
    before = count(session, Clause), count(session, ProgrammeVersion), count(session, Unit)
    outcome = import_programme(act(), parse(REAL), REAL)
    assert (outcome.is_new, outcome.version, outcome.changes) == (False, 1, [])
    assert (count(session, Clause), count(session, ProgrammeVersion), count(session, Unit)) == before


def test_a_changed_text_is_a_new_version_with_what_changed(session: Session, act: Act) -> None:
    changed = REAL.replace("đạt 82% vào năm 2025", "đạt 84% vào năm 2025")
    cut = "- Thiết lập các kênh thông tin để tiếp nhận"
    start = changed.index(cut)
    changed = changed[:start] + changed[changed.index("\n", start) :]
    outcome = import_programme(act(), parse(changed), changed)
    session.flush()
    assert (outcome.is_new, outcome.version) == (False, 2)
    assert [(one["ref"], one["change"]) for one in outcome.changes] == [("I.2.a.1", "changed"), ("IV.7.3", "removed")]
    value = session.scalars(
        select(Target.value).join(Measure).join(Indicator).where(Indicator.number == 1, Target.year == 2025)
    ).one()
    assert value == 84
    gone = session.scalars(select(Duty).where(Duty.key == "IV.7.3")).one()
    assert gone.retired_in == 2
    kept = session.scalars(select(Assignment).where(Assignment.text.startswith("Chỉ tiêu 1:"))).one()
    assert "82%" in kept.text  # what was given to do is not rewritten behind anybody's back
    versions = session.scalars(select(ProgrammeVersion).order_by(ProgrammeVersion.number)).all()
    assert [len(version.changes) for version in versions] == [0, 2]
    assert versions[0].source == REAL


def test_a_unit_that_is_not_listed_is_added_with_a_warning(session: Session, act: Act) -> None:
    other = REAL.replace("### **6. Công an huyện**", "### **6. Ban Dân tộc huyện**")
    outcome = import_programme(act(), parse(other), other)
    assert any("Ban Dân tộc huyện" in one["message"] for one in outcome.warnings)
    assert session.scalars(select(Unit).where(Unit.name == "Ban Dân tộc huyện")).one()


def test_without_any_list_of_units_they_come_from_the_document(empty_database_url: str) -> None:
    app = create_app(make_settings(empty_database_url, "redis://127.0.0.1:1/0", "file:///tmp/none"))
    with app.app_context():
        with acting() as ctx:
            outcome = import_programme(ctx, parse(REAL), REAL)
            names = set(ctx.session.scalars(select(Unit.name)))
            assert count(ctx.session, Duty) == 50
        db.engine.dispose()
    assert names >= {"UBND huyện Tân Yên", "Phòng Y tế", "Công an huyện", "Trung tâm VH-TT&TT"}
    assert len(names) == 9  # eight addressees and the committee itself
    assert sum("đã thêm mới" in one["message"] for one in outcome.warnings) == 9
    assert sum("chưa có đơn vị thành viên" in one["message"] for one in outcome.warnings) == 3


def test_another_programme_stands_beside_it(session: Session, act: Act) -> None:
    other = REAL.replace("giai đoạn 2021 - 2030", "giai đoạn 2031 - 2040")
    outcome = import_programme(act(), parse(other), other)
    assert outcome.is_new
    assert count(session, Duty) == 100


def test_an_error_half_way_leaves_nothing(session: Session, act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    other = REAL.replace("giai đoạn 2021 - 2030", "giai đoạn 2031 - 2040")
    parsed = parse(other)
    parsed.addressees[-1].clauses[-1].indicators.append(1)
    object.__setattr__(parsed.addressees[-1].clauses[-1], "role", "nobody")
    before = count(session, Clause)
    with pytest.raises(ValueError, match="nobody"), session.begin_nested():
        import_programme(act(), parsed, other)
    assert count(session, Clause) == before
