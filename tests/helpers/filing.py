"""A cycle that is open, reports that are filled in: what tests of reporting begin with."""

from datetime import UTC, datetime
from decimal import Decimal

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tracker.acting import acting
from tracker.models.cycle import ReportCycle, UnitReport
from tracker.models.unit import Unit
from tracker.rules.calendar import LOCAL
from tracker.rules.cycle import section_list
from tracker.rules.figures import Entry
from tracker.rules.permissions import Actor
from tracker.services import cycle as cycles
from tracker.services import unit_report as writing
from tracker.services.cycle_opening import open_cycle
from tracker.services.identity import actor_of
from tracker.services.unit_report import Typed
from tracker.store.user import by_login

OFFICE, HEAD, OFFICER = "truong.p-ldtbxh", "truong.p-yte", "canbo.p-yte"
# A working Monday on which a yearly cycle opens by itself.
LATER = datetime(2026, 10, 19, 9, 0, tzinfo=LOCAL)


def opened(act: Act, at: datetime = LATER) -> ReportCycle:
    cycle = cycles.plan(act(OFFICE, at=at), programme_id=1, kind="annual", period="2026")
    open_cycle(act(OFFICE, at=at), cycle.id, told=False)
    return cycle


def unit_named(session: Session, code: str) -> Unit:
    return session.scalars(select(Unit).where(Unit.code == code)).one()


def report_of(session: Session, cycle: ReportCycle, code: str) -> UnitReport:
    """With what the database holds now."""
    return session.scalars(
        select(UnitReport)
        .join(Unit, Unit.id == UnitReport.unit_id)
        .where(UnitReport.cycle_id == cycle.id, Unit.code == code)
        .execution_options(populate_existing=True)
    ).one()


def filled(act: Act, report: UnitReport, login: str = HEAD, at: datetime = LATER, *, text: str = "Đã làm") -> None:
    """Every section and every figure, as somebody writes them who has no last year to compare with."""
    versions = {one.key: one.version for one in report.sections}
    texts = {
        one.key: Typed(f"{text}: {one.title}", versions.get(one.key, 0)) for one in section_list(report.cycle.form)
    }  # fmt: skip
    entries = {id_: (Entry(numerator=Decimal(1), denominator=Decimal(100)), None) for id_ in report.measure_ids}
    done = writing.save(act(login, at=at), report.id, texts, entries)
    assert done.errors == {}


def actor_named(login: str) -> Actor:
    """Needs an application context."""
    now = datetime.now(UTC)
    with acting(now=now) as ctx:
        user = by_login(ctx.session, login)
        assert user is not None
        return actor_of(ctx.session, user, now)


def accepted_cycle(app: Flask) -> int:
    """An open cycle with one accepted report, committed; its id."""
    with app.app_context(), acting(actor_named(OFFICE)) as ctx:
        cycle = cycles.plan(ctx, programme_id=1, kind="annual", period="2026")
        ctx.session.flush()
        open_cycle(ctx, cycle.id, told=False)
        ctx.nudges.clear()
        ctx.session.flush()
        sql = ctx.session.connection().exec_driver_sql
        report = sql(
            "SELECT r.id FROM unit_reports r JOIN units u ON u.id = r.unit_id WHERE r.cycle_id = %s"
            " AND u.code = 'p-yte'", (cycle.id,)
        ).scalar_one()  # fmt: skip
        sql(
            "INSERT INTO report_sections (report_id, key, position, text) VALUES (%s, 'highlights', 1,"
            " 'Đã tiêm đủ 98%% trẻ em')", (report,),
        )  # fmt: skip
        sql(
            "UPDATE unit_reports SET state = 'accepted', submitted_at = now(), first_submitted_at = now(),"
            " accepted_at = now() WHERE id = %s", (report,),
        )  # fmt: skip
        return int(cycle.id)
