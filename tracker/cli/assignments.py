"""`tracker assignments …`: every duty becomes an assignment for each lead unit and period; counting anew."""

import click

from tracker.acting import acting
from tracker.app import create_app
from tracker.rolling import roll_over_all
from tracker.rules.workflow import State
from tracker.services.opening import open_year
from tracker.services.tally import recount
from tracker.store.programme import programmes


@click.group()
def assignments() -> None:
    """Assignments."""


@assignments.command("open")
@click.argument("year", type=int)
@click.option("--programme", "programme_id", type=int, help="Only this programme; by default all that cover the year.")
@click.option("--draft", is_flag=True, help="As drafts, to be issued one by one.")
def open_(year: int, programme_id: int | None, draft: bool) -> None:
    """Open the assignments of a year; what exists already stays as it is."""
    with create_app().app_context(), acting() as ctx:
        found = [one for one in programmes(ctx.session) if programme_id in (None, one.id)]
        if programme_id is None:
            covering = [one for one in found if one.period_start <= year <= one.period_end]
            found = covering or found[:1]
        if not found:
            raise click.UsageError("Chưa có chương trình nào; hãy chạy `tracker import` trước.")
        for programme in found:
            opened = open_year(ctx, programme, year, state=State.DRAFT if draft else State.ASSIGNED)
            click.echo(
                f"{programme.title}: {opened.created} nhiệm vụ mới, {opened.existing} đã có, {opened.mails} thư."
            )
            for ref in opened.empty:
                click.echo(f"  ! {ref}: chưa có đơn vị nào nhận.")


@assignments.command("recount")
def recount_() -> None:
    """Count everything anew that pages show as counts; changes wait meanwhile."""
    with create_app().app_context(), acting() as ctx:
        recount(ctx)
    click.echo("Đã đếm lại.")


@assignments.command("roll-over")
def roll_over() -> None:
    """Open the periods that have begun, as beat does every few minutes; for where no beat runs."""
    with create_app().app_context():
        for done in roll_over_all(acting):
            carried = done.carried + done.onwards
            click.echo(f"{done.created} nhiệm vụ mới, {carried} chuyển tiếp, {done.mails} thư.")


COMMANDS: list[click.Command] = [assignments]
