"""A workbook that was made before somebody else reported the same figure."""

# ruff: noqa: F811  (fixtures of the other file)

from decimal import Decimal

from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_unit_report import cycle, report  # noqa: F401
from tests.helpers.filing import HEAD, LATER, OFFICER
from tracker.importing.report_form import FilledFigure
from tracker.models.cycle import UnitReport
from tracker.rules.errors import Conflict
from tracker.rules.figures import Entry
from tracker.services import report_form as forms
from tracker.services import unit_report as writing
from tracker.services.report_page import page_of


def test_what_others_reported_since_is_not_written_over(session: Session, act: Act, report: UnitReport) -> None:
    one = report.measure_ids[0]

    def put(login: str, numerator: int) -> None:
        entry = Entry(numerator=Decimal(numerator), denominator=Decimal(100))
        assert writing.save(act(login, at=LATER), report.id, {}, {one: (entry, None)}).errors == {}

    def stands() -> str:
        return next(field.now_words for field in page_of(act(HEAD, at=LATER), report).fields if field.measure.id == one)

    put(HEAD, 1)
    (field,) = [each for each in page_of(act(HEAD, at=LATER), report).fields if each.measure.id == one]
    seen, base = forms.seen_of(field.now), forms.base_of_figure(field.entry)
    put(OFFICER, 2)
    filled = FilledFigure(2, one, seen, base, ("3", "100", ""), False, True, "", "", "")
    (change,) = forms.compare(act(HEAD, at=LATER), report.id, [], [filled])
    assert isinstance(change.error, Conflict)
    done = forms.apply(act(HEAD, at=LATER), report.id, [], [filled])
    assert isinstance(done.errors[f"m{one}"], Conflict)
    assert "(2/100)" in stands()
