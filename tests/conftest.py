"""A real PostgreSQL and a real Valkey for each test process; a template database with the real programme in it."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.helpers.links import KEY
from tests.helpers.world import AT, build_world, make_settings
from tracker.acting import acting
from tracker.app import create_app
from tracker.extensions import db
from tracker.local import placement
from tracker.local.postgres import UNSAFE_BUT_FAST, PostgresServer
from tracker.local.valkey import ValkeyServer
from tracker.rules.permissions import SYSTEM
from tracker.services import demo
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.store.user import by_login

TEMPLATE = "template_world"
EMPTY = "template_empty"


@pytest.fixture(scope="session", autouse=True)
def _home_of_moved_data() -> Iterator[None]:
    """Root's servers put data here that lie too deep for `nobody` (pytest's own folders are root's alone)."""
    home = Path(mkdtemp(prefix="giao-viec-tests-"))
    placement.SYSTEM_HOME = home
    yield
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    folder = tmp_path_factory.mktemp("servers")
    server = PostgresServer(folder / "postgres", folder / "postgres.log", token_hex(8), UNSAFE_BUT_FAST)
    server.start(EMPTY)
    _fill(server, folder)
    yield server
    if server.process is not None:
        server.process.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
    server.stop()


def _fill(server: PostgresServer, folder: Path) -> None:
    """Two templates: migrated and empty; and with the real units, programme, people and the year 2026."""
    app = create_app(make_settings(server.url(EMPTY), "redis://127.0.0.1:1/0", folder.as_uri()))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    _clone(server, EMPTY, TEMPLATE)
    # The sample people's passwords: a good hash would take a third of the time of all tests that sign in.
    demo.HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    app = create_app(make_settings(server.url(TEMPLATE), "redis://127.0.0.1:1/0", folder.as_uri()))
    with app.app_context():
        with acting(now=AT) as ctx:
            build_world(ctx)
            ctx.nudges.clear()
        db.engine.dispose()


def _clone(server: PostgresServer, template: str, name: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    folder = tmp_path_factory.mktemp("valkey")
    server = ValkeyServer(folder, folder / "valkey.log", token_hex(8))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """A fresh committed copy of the world, for tests with several processes or connections."""
    yield from _copy(postgres, TEMPLATE)


@pytest.fixture
def empty_database_url(postgres: PostgresServer) -> Iterator[str]:
    yield from _copy(postgres, EMPTY)


def _copy(server: PostgresServer, template: str) -> Iterator[str]:
    """Gone after its test: a thousand of them would be written to the disk, and take a minute to delete."""
    name = f"test_{token_hex(6)}"
    _clone(server, template, name)
    yield server.url(name)
    if server.process is not None and server.process.poll() is None:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def shared_world(postgres: PostgresServer) -> str:
    """One copy for all tests that roll back."""
    _clone(postgres, TEMPLATE, "shared_world")
    return postgres.url("shared_world").replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def session(shared_world: str) -> Iterator[Session]:
    """The world inside a transaction that is rolled back; commits inside are savepoints."""
    engine = create_engine(shared_world, poolclass=NullPool)
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


Act = Callable[..., Context]


@pytest.fixture
def act(session: Session) -> Act:
    """`act("truong.p-yte", at=…)`: a context of that sample person; without a login, of the system."""

    def make(login: str | None = None, *, at: datetime = AT) -> Context:
        actor = SYSTEM
        if login is not None:
            user = by_login(session, login)
            assert user is not None, login
            actor = actor_of(session, user, at)
        return Context(session, actor, at, "test", "http://test", "giao-viec@example.vn", link_key=KEY)

    return make


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The site on its own copy of the world; nudges go nowhere."""
    app = create_app(make_settings(database_url, "redis://127.0.0.1:1/0", (tmp_path / "mail").as_uri()))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser. Says loudly that the browser tests were skipped where none is found."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    found = found or shutil.which("google-chrome")
    if not found:
        pytest.skip("NO CHROMIUM FOUND: THE BROWSER TESTS WERE SKIPPED (install chromium or set CHROMIUM)")
    return found
