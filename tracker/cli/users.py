"""`tracker user …`: a person, with a first password that must be changed; a new one; one who has left."""

import click

from tracker.acting import acting
from tracker.app import create_app
from tracker.rules.errors import NotFound
from tracker.rules.words import N_
from tracker.services.chat import forget_address, set_address
from tracker.services.identity import deactivate, reset_password
from tracker.services.user import add_user
from tracker.store.user import by_login


@click.group()
def user() -> None:
    """People."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Name or office as pages show it.")
@click.option("--email", help="Address for mails.")
@click.option("--unit", "unit_code", help="Code of the unit of the post.")
@click.option("--role", type=click.Choice(["head", "deputy", "officer"]), default="officer")
@click.option("--admin", is_flag=True)
@click.option("--auditor", is_flag=True)
@click.password_option(help="First password; must be changed at the first sign-in.")
def add(
    login: str,
    name: str,
    email: str | None,
    unit_code: str | None,
    role: str,
    admin: bool,
    auditor: bool,
    password: str,
) -> None:
    """Add a person, and a post from today."""
    with create_app().app_context(), acting() as ctx:
        add_user(
            ctx,
            login,
            name=name,
            email=email,
            password=password,
            unit_code=unit_code,
            role=role,
            is_admin=admin,
            is_auditor=auditor,
            valid_from=ctx.today,
        )
    click.echo(f"{login}: ok")


@user.command("password")
@click.argument("login")
@click.password_option(help="First password; must be changed at the next sign-in.")
def password_(login: str, password: str) -> None:
    """Give a person a new first password; every session of theirs ends."""
    with create_app().app_context(), acting() as ctx:
        reset_password(ctx, login, password)
    click.echo(f"{login}: ok")


@user.command("deactivate")
@click.argument("login")
def deactivate_(login: str) -> None:
    """Let a person who has left sign in no more; every session of theirs ends."""
    with create_app().app_context(), acting() as ctx:
        deactivate(ctx, login)
    click.echo(f"{login}: ok")


@user.command("chat")
@click.argument("login")
@click.option("--forget", is_flag=True, help="Take the address away.")
def chat(login: str, forget: bool) -> None:
    """Tell a person beside the mail by a chat or SMS service: any address that Apprise knows, asked for unseen."""
    address = "" if forget else click.prompt("Apprise", hide_input=True)
    with create_app().app_context(), acting() as ctx:
        person = by_login(ctx.session, login)
        if person is None:
            raise NotFound(N_("Không có người dùng “%(login)s”."), login=login)
        if forget:
            forget_address(ctx, person.id)
        else:
            set_address(ctx, person.id, address)
    click.echo(f"{login}: ok")


COMMANDS: list[click.Command] = [user]
