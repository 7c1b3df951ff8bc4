"""`tracker run`: everything on one machine, under one process."""

import os
import signal
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
from tracker.local.process import free_port
from tracker.local.secrets import local_secrets
from tracker.local.supervisor import AlreadyRunning, Service, Supervisor
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
        supervisor = Supervisor(VAR, lambda line: console.print(line, markup=False))
    except AlreadyRunning:
        where = dotenv_values(LOCAL_ENV).get("BASE_URL", "")
        click.echo(f"Giao Việc đang chạy trong thư mục này rồi / already running here: {where}", err=True)
        sys.exit(2)
    supervisor.catch_signals()
    given = {name: value for name, value in {**dotenv_values(ROOT / ".env"), **os.environ}.items() if value}
    postgres, valkey, env = _servers(given, supervisor, console)
    try:
        _serve(supervisor, console, env, postgres, valkey)
    finally:
        console.print("Đang dừng / stopping …")
        # A second Ctrl-C must not cut a shutdown short.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        supervisor.stop_services()
        LOCAL_ENV.unlink(missing_ok=True)
        for server in (valkey, postgres):
            if server is not None:
                server.stop()
        supervisor.finish()


def _servers(
    given: dict[str, str], supervisor: Supervisor, console: Console
) -> tuple[PostgresServer | None, ValkeyServer | None, dict[str, str]]:
    """The servers that are not given, started, and every setting for the children."""
    secrets = local_secrets(VAR)
    port = free_port(int(given.get("PORT", "8000")))
    env = {
        "SECRET_KEY": secrets["secret_key"],
        "MAIL_URL": (VAR / "mail").as_uri(),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECURE_COOKIES": "0",
        **given,
        "PORT": str(port),
        "PYTHONUTF8": "1",
    }
    postgres = valkey = None
    if "DATABASE_URL" not in env:
        postgres = PostgresServer(VAR / "postgres", VAR / "log" / "postgres.log", secrets["postgres"])
        if postgres.moved_to:
            console.print(f"Dữ liệu PostgreSQL ở / data in: {postgres.moved_to}", markup=False)
        postgres.start()
        supervisor.remember(postgres.process)
        env["DATABASE_URL"] = postgres.url()
    if "REDIS_URL" not in env:
        valkey = ValkeyServer(VAR / "valkey", VAR / "log" / "valkey.log", secrets["valkey"], persistent=True)
        valkey.start()
        supervisor.remember(valkey.process)
        env["REDIS_URL"] = valkey.url()
    return postgres, valkey, env


def _serve(
    supervisor: Supervisor,
    console: Console,
    env: dict[str, str],
    postgres: PostgresServer | None,
    valkey: ValkeyServer | None,
) -> None:
    os.environ.update(env)
    settings = load_settings()
    _write_local_env(env)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        prepare()
        db.engine.dispose()
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "tasks.celery_app"]
    address = f"127.0.0.1:{settings.port}"
    # In the order in which they are stopped.
    supervisor.services = [
        Service("beat", [*celery, "beat", "--schedule", str(VAR / "beat-schedule"), "--pidfile", ""]),
        Service("worker", [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"], 30),
        Service(
            "web",
            [
                *python,
                "gunicorn",
                "wsgi:app",
                "--bind",
                address,
                "--workers",
                "2",
                "--threads",
                "4",
                "--access-logfile",
                "-",
                "--no-control-socket",
            ],
        ),
    ]
    for service in supervisor.services:
        supervisor.start(service, env, ROOT)
    if _wait_for_web(address, supervisor):
        _greet(console, settings)
    servers = [("PostgreSQL", postgres.process if postgres else None), ("Valkey", valkey.process if valkey else None)]
    supervisor.watch(env, ROOT, servers)


def _write_local_env(env: dict[str, str]) -> None:
    """So that `tracker …` in another terminal speaks to the same servers."""
    names = [name.upper() for name in Settings.model_fields]
    LOCAL_ENV.unlink(missing_ok=True)
    LOCAL_ENV.touch(mode=0o600)
    LOCAL_ENV.write_text("".join(f"{name}='{env[name]}'\n" for name in names if name in env))


def _wait_for_web(address: str, supervisor: Supervisor, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not supervisor.ending:
        if _answers(address):
            return True
        time.sleep(0.1)
    return False


def _answers(address: str) -> bool:
    host, _, port = address.partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except OSError:
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
