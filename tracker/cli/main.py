"""The group of commands, and what becomes of an error: one sentence and exit code 2."""

import sys

import click

from tracker.cli import assignments, demo, mail, programme, run, sweep, units, users
from tracker.config import BadSettings
from tracker.rules.errors import DomainError


@click.group()
def cli() -> None:
    """Giao Việc: action programmes as assigned work."""


for command in (
    *assignments.COMMANDS,
    *demo.COMMANDS,
    *mail.COMMANDS,
    *programme.COMMANDS,
    *run.COMMANDS,
    *sweep.COMMANDS,
    *units.COMMANDS,
    *users.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    try:
        cli()
    except (DomainError, BadSettings) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
