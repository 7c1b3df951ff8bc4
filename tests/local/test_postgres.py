"""The embedded PostgreSQL: closed to strangers, and whole after anything that kills it or its supervisor."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.helpers.stack import until
from tracker.config import ROOT
from tracker.local import placement
from tracker.local.postgres import PostgresServer
from tracker.local.process import ServerFailed

# What a killed process leaves is in the kernel's hands; only a power cut needs fsync.
FAST = ("fsync=off",)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path / "dữ liệu", tmp_path / "postgres.log", "a-password", FAST)
    server.start()
    yield server
    server.stop()


def _ask(server: PostgresServer, query: str) -> object:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row and row[0]


def _remember(server: PostgresServer) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Đã giao' AS word")


def test_it_speaks_vietnamese_and_keeps_strangers_out(server: PostgresServer) -> None:
    assert _ask(server, "SELECT lower('ĐƠN VỊ Ế')") == "đơn vị ế"
    assert server.data.stat().st_mode & 0o077 == 0
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=server.port, user="postgres", password="another", dbname="postgres")
    assert server.process is not None
    listening = psutil.Process(server.process.pid).net_connections("all")
    assert [c.laddr for c in listening if c.status == psutil.CONN_LISTEN] == [("127.0.0.1", server.port)]
    assert not [c for c in listening if "PGSQL" in str(c.laddr)]  # no socket file either
    assert "a-password" not in " ".join(psutil.Process(server.process.pid).cmdline())


def test_killed_and_started_again_it_has_everything_on_the_same_port(server: PostgresServer) -> None:
    _remember(server)
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    port = server.port
    server.start()
    assert server.port == port
    assert _ask(server, "SELECT word FROM kept") == "Đã giao"


def test_a_number_given_to_another_process_does_not_stop_the_start(server: PostgresServer) -> None:
    """After a container restarts, the number in the lock file is often somebody else's."""
    _remember(server)
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    lock = server.data / "postmaster.pid"
    assert until(lambda: not _of(server))
    bystander = subprocess.Popen(
        ["sleep", "300"],
        user=server.user.pw_uid if server.user else None,
        group=server.user.pw_gid if server.user else None,
    )
    try:
        lock.write_text(f"{bystander.pid}\n" + lock.read_text().partition("\n")[2])
        server.start()
        assert _ask(server, "SELECT word FROM kept") == "Đã giao"
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_one_that_outlived_its_supervisor_is_ended_first(server: PostgresServer) -> None:
    _remember(server)
    assert server.process is not None
    second = PostgresServer(server.data, server.log, server.password)
    second.start()
    try:
        assert server.process.wait(20) == 0
        assert _ask(second, "SELECT word FROM kept") == "Đã giao"
    finally:
        second.stop()


def test_a_first_start_cut_short_leaves_nothing_half(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    half = folder.with_name("postgres.new")
    half.mkdir()
    (half / "base").mkdir()
    server = PostgresServer(folder, tmp_path / "postgres.log", "secret", FAST)
    server.start()
    try:
        assert _ask(server, "SELECT 1") == 1
        assert not list(tmp_path.glob("*.password"))
    finally:
        server.stop()


def test_a_password_that_does_not_fit_is_said_at_once(server: PostgresServer) -> None:
    server.stop()
    with pytest.raises(ServerFailed, match="password authentication failed"):
        PostgresServer(server.data, server.log, "another").start()


def test_killed_together_with_its_parent_it_shuts_down_cleanly(tmp_path: Path) -> None:
    parent = (
        "import sys, time; from pathlib import Path; from tracker.local import placement\n"
        "from tracker.local.postgres import PostgresServer\n"
        "placement.SYSTEM_HOME = Path(sys.argv[2])\n"
        "folder = Path(sys.argv[1]); server = PostgresServer(folder / 'postgres', folder / 'postgres.log', 'secret')\n"
        "server.start(); print(server.port, flush=True); time.sleep(300)\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", parent, str(tmp_path), str(placement.SYSTEM_HOME)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert running.stdout is not None
    assert int(running.stdout.readline())
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()
    assert until(lambda: "database system is shut down" in (tmp_path / "postgres.log").read_text())


def _of(server: PostgresServer) -> list[int]:
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and process.cwd() == str(server.data):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
