"""`tracker sweep`: fire every step of the ladder that is due."""

from datetime import datetime

import click

from tracker.acting import acting
from tracker.app import create_app
from tracker.rules.calendar import LOCAL
from tracker.services.escalation import sweep


@click.command("sweep")
@click.option(
    "--at", "moment", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]), help="As if it were then."
)
def sweep_(moment: datetime | None) -> None:
    """Escalate what is due now, or at a given moment in Vietnam."""
    with create_app().app_context():
        now = moment.replace(tzinfo=LOCAL) if moment else None
        with acting(now=now) as ctx:
            swept = sweep(ctx)
    click.echo(f"{swept.escalations} lần đôn đốc, {swept.mails} thư; {swept.unreachable} lần không có người nhận.")


COMMANDS: list[click.Command] = [sweep_]
