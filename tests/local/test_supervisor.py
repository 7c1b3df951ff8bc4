"""One supervisor a folder: it restarts what dies, stops in order, and clears up after one that was killed."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import psutil
import psycopg
import pytest

from tests.helpers.stack import until
from tracker.config import ROOT
from tracker.local.postgres import PostgresServer
from tracker.local.process import Command, ServerFailed
from tracker.local.supervisor import AlreadyRunning, Supervisor

# A background job of a shell inherits "ignore" for SIGINT.
SCRIPT = (
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL)\nprint('waiting', flush=True); time.sleep(300)"
)
WAITS = [sys.executable, "-c", SCRIPT]


class Part(Command):
    """Writes down when it is stopped."""

    stopped: list[str]

    def __init__(self, name: str, folder: Path, stopped: list[str], command: list[str] = WAITS) -> None:
        super().__init__(name, command, log=folder / f"{name}.log", env={}, cwd=folder)
        self.stopped = stopped

    def stop(self) -> None:
        self.stopped.append(self.name)
        super().stop()


class Broken(Part):
    """A server that cannot start again."""

    def start(self) -> None:
        if self.process is not None:
            raise ServerFailed("the disk is full")
        super().start()


def _watch(
    supervisor: Supervisor,
    until_so: list[bool],
    before_the_end: Callable[[], None] = lambda: None,
    patience: float = 60,
) -> None:
    """Watch until the list, filled from outside, holds something."""

    end = monotonic() + 60

    def meanwhile() -> None:
        if until_so or monotonic() > end:
            signal.raise_signal(signal.SIGTERM)

    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    supervisor.catch_signals()
    try:
        supervisor.watch(meanwhile)
        assert until_so
        before_the_end()
        supervisor.stop()
    finally:
        for number, handler in zip((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), handlers, strict=True):
            signal.signal(number, handler)


def test_what_dies_is_named_shown_and_started_again_without_stopping_the_rest(tmp_path: Path) -> None:
    said: list[str] = []
    stopped: list[str] = []
    done: list[bool] = []

    def say(line: str) -> None:
        said.append(line)
        if "running again" in line:
            done.append(True)

    supervisor = Supervisor(tmp_path, say)
    steady, dying = Part("steady", tmp_path, stopped), Part("dying", tmp_path, stopped)
    supervisor.start(steady)
    supervisor.start(dying)
    first = steady.process
    assert dying.process is not None
    assert until(lambda: "waiting" in dying.log.read_text())
    dying.process.kill()
    dying.process.wait()
    _watch(supervisor, done)
    assert said[0].startswith("dying đã dừng (mã / code -9)")
    assert said[0].endswith("waiting")
    assert steady.process is first
    assert stopped == ["dying", "steady"]  # what was started first is stopped last
    assert not (tmp_path / "run.json").exists()


def test_a_server_that_cannot_start_again_is_tried_with_growing_pauses(tmp_path: Path) -> None:
    said: list[str] = []
    done: list[bool] = []

    def say(line: str) -> None:
        said.append(line)
        if "2 giây" in line:
            done.append(True)

    supervisor = Supervisor(tmp_path, say)
    broken = Broken("broken", tmp_path, [])
    supervisor.start(broken)
    assert broken.process is not None
    broken.process.kill()
    broken.process.wait()
    _watch(supervisor, done)
    assert "sau 1 giây" in said[0]
    assert "the disk is full" in said[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_database_comes_back_whatever_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    """SIGTERM to PostgreSQL means: wait until the last session has ended. One that never ends is held here."""
    done: list[bool] = []
    supervisor = Supervisor(tmp_path, lambda line: done.append(True) if "running again" in line else None)
    server = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log", "a-password", ("fsync=off",))
    supervisor.start(server)
    try:
        with psycopg.connect(server.url(), autocommit=True) as held:
            held.execute("SELECT 1")
            first = server.process
            assert first is not None
            first.send_signal(number)
            _watch(supervisor, done, before_the_end=lambda: _answers(server))
            assert server.process is not first
            with pytest.raises(psycopg.OperationalError):
                held.execute("SELECT 1")
    finally:
        server.stop()


def _answers(server: PostgresServer) -> None:
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_second_one_is_refused(tmp_path: Path) -> None:
    first = Supervisor(tmp_path, print)
    with pytest.raises(AlreadyRunning):
        Supervisor(tmp_path, print)
    first.stop()
    Supervisor(tmp_path, print).stop()


def test_one_that_is_stopping_is_waited_for(tmp_path: Path) -> None:
    slow = (
        "import sys; from pathlib import Path; from tracker.local.supervisor import Supervisor\n"
        "class Slow:\n"
        "    name, log, process = 'slow', Path('-'), None\n"
        "    def start(self): pass\n"
        "    def stop(self): print('stopping', flush=True); sys.stdin.readline(); print('stopped', flush=True)\n"
        "supervisor = Supervisor(Path(sys.argv[1]), print); supervisor.start(Slow()); supervisor.stop()\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", slow, str(tmp_path)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert running.stdout is not None
    assert running.stdin is not None
    assert running.stdout.readline() == "stopping\n"
    answer = running.stdin
    said: list[str] = []

    def say(line: str) -> None:
        """The moment that it says that it waits, the other may go on."""
        said.append(line)
        answer.write("\n")
        answer.flush()

    Supervisor(tmp_path, say).stop()
    assert running.communicate()[0] == "stopped\n"
    assert len(said) == 1
    assert said[0].startswith("Chờ lần chạy trước")


def test_it_ends_when_the_make_above_it_is_gone(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, print, parent=1_000_000)
    part = Part("part", tmp_path, [])
    supervisor.start(part)
    supervisor.watch(lambda: None)
    supervisor.stop()
    assert part.process is not None
    assert part.process.returncode is not None


def test_leftovers_of_a_killed_one_are_ended_and_nobody_else(tmp_path: Path) -> None:
    leftover, bystander = (subprocess.Popen(WAITS, start_new_session=True, stdout=subprocess.PIPE) for _ in range(2))
    for child in (leftover, bystander):
        assert child.stdout is not None
        assert child.stdout.readline() == b"waiting\n"
        child.stdout.close()
    started = psutil.Process(leftover.pid).create_time()
    # The second number was given to another process since.
    pids = {leftover.pid: started, bystander.pid: started - 1000}
    (tmp_path / "run.json").write_text(json.dumps({"stopping": False, "pids": pids}))
    supervisor = Supervisor(tmp_path, print)
    assert not psutil.pid_exists(leftover.pid)
    assert bystander.poll() is None
    leftover.wait()
    bystander.kill()
    bystander.wait()
    supervisor.stop()
