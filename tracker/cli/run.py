"""`tracker run`: everything on one machine, under one process."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import click
import redis
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
    console = Console(highlight=False, soft_wrap=True)

    def say(line: str) -> None:
        with suppress(OSError):  # a closed terminal must not cut a shutdown short
            console.print(line, markup=False)

    given = _given()
    try:
        VAR.mkdir(mode=0o711, exist_ok=True)
        # A `make` killed by kill -9 tells nobody.
        parent = os.getppid() if "MAKELEVEL" in os.environ else None
        supervisor = Supervisor(VAR, say, parent=parent)
    except AlreadyRunning:
        where = dotenv_values(LOCAL_ENV).get("BASE_URL", "")
        raise ServerFailed(f"Giao Việc đang chạy trong thư mục này rồi / already running here: {where}") from None
    except PermissionError as error:
        raise _not_ours(error) from None
    supervisor.catch_signals()
    try:
        _serve(supervisor, given, console, say)
    except PermissionError as error:
        raise _not_ours(error) from None
    finally:
        say("Đang dừng / stopping …")
        LOCAL_ENV.unlink(missing_ok=True)
        supervisor.stop()


def _not_ours(error: PermissionError) -> ServerFailed:
    return ServerFailed(
        f"{error.filename}: không có quyền; thư mục var/ do người dùng khác (root?) tạo ra "
        "/ no permission; var/ was made by another user (root?)."
    )


def _given() -> dict[str, str]:
    """What `.env` and the environment set. A wrong one stops here, before anything starts. Raises BadSettings."""
    given = {name: value for name, value in {**dotenv_values(ROOT / ".env"), **os.environ}.items() if value}
    load_settings({**_defaults(8000), **_STAND_INS, **given})
    return given


# For the check alone: what is not given is made later.
_STAND_INS = {"SECRET_KEY": "-" * 32, "DATABASE_URL": "postgresql://localhost/-", "REDIS_URL": "redis://localhost"}


def _defaults(port: int) -> dict[str, str]:
    return {
        "MAIL_URL": (VAR / "mail").as_uri(),
        "EVIDENCE_URL": (VAR / "evidence").as_uri(),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECURE_COOKIES": "0",
        "PYTHONUTF8": "1",
    }


def _serve(supervisor: Supervisor, given: dict[str, str], console: Console, say: Callable[[str], None]) -> None:
    env = _environment(supervisor, given, say)
    os.environ.update(env)
    settings = load_settings()
    _write_local_env(env)
    app = create_app(settings)
    with app.app_context():
        upgrade()
        prepare()
        accounts = sample_accounts()
        # No connection of ours may outlive this: the database can be stopped and started under us.
        db.session.remove()
        db.engine.dispose()
    if supervisor.ending:
        return
    for command in _commands(env, f"127.0.0.1:{settings.port}"):
        supervisor.start(command)
    greeted = False

    def meanwhile() -> None:
        nonlocal greeted
        if not greeted and _answers(settings.port):
            greeted = True
            with suppress(OSError):
                _greet(console, settings, accounts)

    supervisor.watch(meanwhile)


def _environment(supervisor: Supervisor, given: dict[str, str], say: Callable[[str], None]) -> dict[str, str]:
    """Every setting for the children; the servers that are not given are started, the given ones must answer."""
    secrets = local_secrets(VAR)
    wanted = int(given.get("PORT", "8000"))
    port = free_port(wanted)
    if port != wanted:
        say(f"Cổng {wanted} đang bận, dùng cổng {port} / port {wanted} is taken, using {port}.")
    env = {"SECRET_KEY": secrets["secret_key"], **_defaults(port), **given, "PORT": str(port)}
    if "DATABASE_URL" not in env:
        postgres = PostgresServer(VAR / "postgres", VAR / "log" / "postgres.log", secrets["postgres"])
        if postgres.moved_to:
            say(f"Dữ liệu PostgreSQL ở / data in: {postgres.moved_to}")
        supervisor.start(postgres)
        env["DATABASE_URL"] = postgres.url()
    if "REDIS_URL" not in env:
        valkey = ValkeyServer(VAR / "valkey", VAR / "log" / "valkey.log", secrets["valkey"], persistent=True)
        supervisor.start(valkey)
        env["REDIS_URL"] = valkey.url()
    else:
        _must_answer(env["REDIS_URL"])
    return env


def _must_answer(redis_url: str) -> None:
    """Raises ServerFailed. (The given database is asked soon enough, by the migration.)"""
    try:
        with redis.Redis.from_url(redis_url, socket_connect_timeout=5, socket_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        raise ServerFailed(f"REDIS_URL: không trả lời / does not answer: {error}") from None


def _commands(env: dict[str, str], address: str) -> list[Command]:
    """In the order of starting; they are stopped the other way round."""
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "tasks.celery_app"]
    gunicorn = [*python, "gunicorn", "wsgi:app", "--bind", address, "--workers", "2", "--threads", "4"]
    commands = {
        "web": [*gunicorn, "--access-logfile", "-", "--no-control-socket"],
        "worker": [*celery, "worker", "--concurrency", "2", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--pidfile", ""],
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
    quoted = {name: env[name].replace("\\", "\\\\").replace("'", "\\'") for name in names if name in env}
    LOCAL_ENV.write_text("".join(f"{name}='{value}'\n" for name, value in quoted.items()))


def _answers(port: int) -> bool:
    """Whether a page would come: the port is open some seconds before anybody stands behind it."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _greet(console: Console, settings: Settings, accounts: list[tuple[str, str, str]]) -> None:
    console.print(f"\n[bold]Giao Việc[/bold]: {settings.base_url}\n")
    if accounts:
        table = Table(
            "Tên đăng nhập", "Mật khẩu", "Vai trò", title="Tài khoản mẫu / sample accounts", title_justify="left"
        )
        for login, password, what in accounts:
            table.add_row(login, password, what)
        console.print(table)
    url = urlsplit(settings.mail_url)
    where = unquote(url.path) if url.scheme == "file" else url.netloc.rpartition("@")[2]
    console.print(
        f"Thư gửi đi / mail: {where}; nhật ký thư / mail log: {settings.base_url}/mail/",
        markup=False,
    )
    console.print("Dừng / stop: Ctrl-C\n")


COMMANDS: list[click.Command] = [run]
