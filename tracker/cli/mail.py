"""`tracker mail …`: send what is due and read what came back, without any broker."""

import signal
import time

import click
import structlog
from flask import current_app
from sqlalchemy.exc import DBAPIError

from tracker.acting import acting
from tracker.app import create_app
from tracker.bouncing import collect_bounces
from tracker.delivery import deliver_due
from tracker.mail.inbox import InboxFailed
from tracker.store.outage import database_down

log = structlog.get_logger()

PAUSE = 5.0


@click.group()
def mail() -> None:
    """The outbox."""


@mail.command("drain")
@click.option("--loop", is_flag=True, help="Go on for ever, looking every 5 seconds.")
def drain(loop: bool) -> None:
    """Send every mail that is due. With --loop SIGTERM ends it after the mail in hand; nothing stays claimed."""
    with create_app().app_context():
        mail_url = current_app.extensions["settings"].mail_url
        if not loop:
            click.echo(f"{deliver_due(mail_url, acting)} thư.")
            return
        stop = _Stop()
        while not stop.asked:
            try:
                deliver_due(mail_url, acting, stopping=lambda: stop.asked)
            except DBAPIError as error:
                if not database_down(error):
                    raise
                log.warning("database_unreachable", error=str(error).partition("\n")[0])
            stop.wait(PAUSE)


class _Stop:
    """SIGTERM and Ctrl-C ask; a second one ends at once."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def wait(self, seconds: float) -> None:
        """Seen within a moment: a signal does not end a sleep."""
        until = time.monotonic() + seconds
        while not self.asked and time.monotonic() < until:
            time.sleep(0.1)

    def _ask(self, number: int, _frame: object) -> None:
        self.asked = True
        signal.signal(number, signal.SIG_DFL)


@mail.command("bounces")
def bounces() -> None:
    """Read what came back from the mailbox of BOUNCE_URL."""
    with create_app().app_context():
        url = current_app.extensions["settings"].bounce_url
        if not url:
            raise click.UsageError("BOUNCE_URL: chưa đặt / is not set")
        try:
            click.echo(f"{collect_bounces(url, acting)} thư bị trả lại.")
        except InboxFailed as error:
            raise click.ClickException(f"BOUNCE_URL: {error}") from error


COMMANDS: list[click.Command] = [mail]
