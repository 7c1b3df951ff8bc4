"""`tracker mail drain`: send what is due without any broker."""

import time

import click
from flask import current_app

from tracker.acting import acting
from tracker.app import create_app
from tracker.delivery import deliver_due


@click.group()
def mail() -> None:
    """The outbox."""


@mail.command("drain")
@click.option("--loop", is_flag=True, help="Go on for ever, looking every 5 seconds.")
def drain(loop: bool) -> None:
    """Send every mail that is due."""
    with create_app().app_context():
        while True:
            sent = deliver_due(current_app.extensions["settings"].mail_url, acting)
            if not loop:
                click.echo(f"{sent} thư.")
                return
            time.sleep(5)


COMMANDS: list[click.Command] = [mail]
