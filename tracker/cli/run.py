"""`tracker run`: everything on one machine, under one process."""

import os
import socket
import sys
import time
from pathlib import Path

import click
from dotenv import dotenv_values
from flask_migrate import upgrade
from rich.console import Console
from rich.table import Table

from tracker.app import create_app
from tracker.cli.demo import prepare, sample_accounts
from tracker.config import LOCAL_ENV, ROOT, Settings, load_settings
from tracker.extensions import db
from tracker.local.postgres import PostgresServer
from tracker.local.process import Command, ServerFailed, free_port
from tracker.local.secrets import local_secrets
from tracker.local.supervisor import AlreadyRunning, Supervisor
from tracker.local.valkey import ValkeyServer

VAR = ROOT / "var"


@click.command()
def run() -> None:
    """Start web, worker and beat, with a PostgreSQL and a Valkey of our own where none is given."""
    # Under `env -i` rich would fall back to ASCII.
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    console = Console(highlight=False)
    VAR.mkdir(mode=0o711, exist_ok=True)
    try:
        supervisor = Supervisor(
            VAR,
            lambda line: console.print(line, markup=False),
            parent=os.getppid() if "MAKELEVEL" in os.environ else None,
        )
    except AlreadyRunning:
        where = dotenv_values(LOCAL_ENV).get("BASE_URL", "")
        click.echo(f"Giao Việc đang chạy trong thư mục này rồi / already running here: {where}", err=True)
        sys.exit(2)
    supervisor.catch_signals()
    try:
        _serve(supervisor, console)
    except ServerFailed as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    finally:
        console.print("Đang dừng / stopping …")
        LOCAL_ENV.unlink(missing_ok=True)
        supervisor.stop()


def _serve(supervisor: Supervisor, console: Console) -> None:
    env = _environment(supervisor, console)
    os.environ.update(env)
    settings = load_settings()
    _write_local_env(env)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        prepare()
        db.engine.dispose()
    if supervisor.ending:
        return
    for command in _commands(env, f"127.0.0.1:{settings.port}"):
        supervisor.start(command)
    if _wait_for_web(settings.port, supervisor):
        _greet(console, settings)
    supervisor.watch(lambda: None)


def _environment(supervisor: Supervisor, console: Console) -> dict[str, str]:
    """Every setting for the children; the servers that are not given are started."""
    given = {name: value for name, value in {**dotenv_values(ROOT / ".env"), **os.environ}.items() if value}
    secrets = local_secrets(VAR)
    port = free_port(int(given.get("PORT", "8000")) if given.get("PORT", "8000").isdigit() else 8000)
    if str(port) != given.get("PORT", "8000"):
        console.print(f"Cổng {given.get('PORT', '8000')} đang bận, dùng cổng {port} / port taken, using {port}.")
    env = {
        "SECRET_KEY": secrets["secret_key"],
        "MAIL_URL": (VAR / "mail").as_uri(),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECURE_COOKIES": "0",
        **given,
        "PORT": str(port),
        "PYTHONUTF8": "1",
    }
    if "DATABASE_URL" not in env:
        postgres = PostgresServer(VAR / "postgres", VAR / "log" / "postgres.log", secrets["postgres"])
        if postgres.moved_to:
            console.print(f"Dữ liệu PostgreSQL ở / data in: {postgres.moved_to}", markup=False)
        supervisor.start(postgres)
        env["DATABASE_URL"] = postgres.url()
    if "REDIS_URL" not in env:
        valkey = ValkeyServer(VAR / "valkey", VAR / "log" / "valkey.log", secrets["valkey"], persistent=True)
        supervisor.start(valkey)
        env["REDIS_URL"] = valkey.url()
    return env


def _commands(env: dict[str, str], address: str) -> list[Command]:
    """In the order of starting; they are stopped the other way round."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "tasks.celery_app"]
    gunicorn = [*python, "gunicorn", "wsgi:app", "--bind", address, "--workers", "2", "--threads", "4"]
    commands = {
        "web": [*gunicorn, "--access-logfile", "-", "--no-control-socket"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--schedule", str(VAR / "beat-schedule"), "--pidfile", ""],
    }
    return [
        Command(name, command, log=VAR / "log" / f"{name}.log", env=env, cwd=ROOT, seconds_to_stop=30)
        for name, command in commands.items()
    ]


def _write_local_env(env: dict[str, str]) -> None:
    """So that `tracker …` in another terminal speaks to the same servers."""
    names = [name.upper() for name in Settings.model_fields]
    LOCAL_ENV.unlink(missing_ok=True)
    LOCAL_ENV.touch(mode=0o600)
    LOCAL_ENV.write_text("".join(f"{name}='{env[name]}'\n" for name in names if name in env))


def _wait_for_web(port: int, supervisor: Supervisor, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not supervisor.ending:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _greet(console: Console, settings: Settings) -> None:
    console.print(f"\n[bold]Giao Việc[/bold]: {settings.base_url}\n")
    accounts = sample_accounts()
    if accounts:
        table = Table(
            "Tên đăng nhập", "Mật khẩu", "Vai trò", title="Tài khoản mẫu / sample accounts", title_justify="left"
        )
        for login, password, what in accounts:
            table.add_row(login, password, what)
        console.print(table)
    where = Path(settings.mail_url.removeprefix("file://")) if settings.mail_url.startswith("file://") else None
    console.print(
        f"Thư gửi đi / mail: {where or settings.mail_url.rpartition('@')[2]}; "
        f"nhật ký thư / mail log: {settings.base_url}/mail/",
        markup=False,
    )
    console.print("Dừng / stop: Ctrl-C\n")


COMMANDS: list[click.Command] = [run]
