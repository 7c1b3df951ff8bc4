"""The group of commands, and what becomes of an error: one sentence and exit code 2."""

import sys
from io import TextIOWrapper

import click
from sqlalchemy.exc import OperationalError

from tracker.cli import assignments, demo, files, mail, programme, run, sweep, units, users
from tracker.config import BadSettings
from tracker.local.process import ServerFailed
from tracker.rules.errors import DomainError


@click.group()
def cli() -> None:
    """Giao Việc: action programmes as assigned work."""


for command in (
    *assignments.COMMANDS,
    *demo.COMMANDS,
    *files.COMMANDS,
    *mail.COMMANDS,
    *programme.COMMANDS,
    *run.COMMANDS,
    *sweep.COMMANDS,
    *units.COMMANDS,
    *users.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    # Whatever the locale (`env -i`, LANG=C, a Latin-1 one), what is said is Vietnamese.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        cli()
    except (DomainError, BadSettings, ServerFailed) as error:
        _give_up(str(error))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) is not None:  # it does answer, and this is a fault of ours
            raise
        _give_up(f"DATABASE_URL: cơ sở dữ liệu không trả lời / the database does not answer: {error.orig}")


def _give_up(sentence: str) -> None:
    click.echo(sentence, err=True)
    sys.exit(2)
