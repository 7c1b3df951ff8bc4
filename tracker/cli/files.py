"""`tracker files tidy`: delete stored content that no file stands on."""

import click

from tracker.acting import acting
from tracker.app import create_app
from tracker.services.evidence import tidy


@click.group()
def files() -> None:
    """The content of attached files."""


@files.command("tidy")
def tidy_() -> None:
    """Delete content without any file that is older than a day; the worker does so every hour."""
    with create_app().app_context(), acting() as ctx:
        deleted = tidy(ctx)
    click.echo(f"Đã xóa {deleted} nội dung không còn tệp nào dùng / deleted.")


COMMANDS: list[click.Command] = [files]
