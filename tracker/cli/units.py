"""`tracker units import FILE`: the list of units goes in."""

from pathlib import Path

import click

from tracker.acting import acting
from tracker.app import create_app
from tracker.importing.reader import read_table
from tracker.importing.units import read_units
from tracker.models.unit import UnitKind
from tracker.services.unit import import_units


@click.group()
def units() -> None:
    """The list of units."""


@units.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Take in a .csv list of units; the same list twice changes nothing."""
    rows = read_units(read_table(file), frozenset(UnitKind))
    with create_app().app_context(), acting() as ctx:
        added = import_units(ctx, rows)
    click.echo(f"{len(rows)} đơn vị, {added} mới.")


COMMANDS: list[click.Command] = [units]
