"""`tracker demo`: the shipped programme with sample people and a sample history, from a fixed seed."""

import click
from flask import current_app

from tracker.acting import acting
from tracker.app import create_app
from tracker.config import ROOT
from tracker.importing.programme import parse
from tracker.importing.reader import read_document, read_table
from tracker.importing.units import read_units
from tracker.models.unit import UnitKind
from tracker.services import demo as service
from tracker.services.programme import import_programme
from tracker.services.unit import import_units
from tracker.store.programme import programmes
from tracker.store.user import has_sample_data, has_users

SHIPPED = ROOT / "tracker" / "data" / "tan-yen"


@click.command("demo")
def demo_() -> None:
    """Sample people and history for the shipped programme; does nothing where real people exist."""
    with create_app().app_context():
        prepare()
    for login, password, what in sample_accounts():
        click.echo(f"{login}\t{password}\t{what}")


def prepare() -> None:
    """An empty database gets the shipped units, programme and sample data; any other stays as it is."""
    with acting() as ctx:
        if programmes(ctx.session) or has_users(ctx.session):
            return
        import_units(ctx, read_units(read_table(SHIPPED / "units.csv"), frozenset(UnitKind)))
        source = read_document(SHIPPED / "programme.md")
        programme = import_programme(ctx, parse(source), source).programme
        service.fill(ctx, programme)


def sample_accounts() -> list[tuple[str, str, str]]:
    """(login, password, what) of the accounts to try first; empty where there is no sample data."""
    app = current_app if current_app else create_app()
    with app.app_context(), acting() as ctx:
        return service.accounts() if has_sample_data(ctx.session) else []


COMMANDS: list[click.Command] = [demo_]
