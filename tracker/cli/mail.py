"""`tracker mail …`: send what is due and read what came back, without any broker."""

import time

import click
from flask import current_app

from tracker.acting import acting
from tracker.app import create_app
from tracker.bouncing import collect_bounces
from tracker.delivery import deliver_due
from tracker.mail.inbox import InboxFailed


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
