"""Children end with their parent, whatever ends it; ports that are taken are avoided."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.helpers.stack import until
from tracker.config import ROOT
from tracker.local.process import LARGEST_LOG, ServerFailed, free_port, spawn, stop

# A child that starts a grandchild, tells its number and waits.
FAMILY = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '300']).pid, flush=True); time.sleep(300)"
ENV = {"PATH": os.environ["PATH"]}


def _number_in(log: Path) -> int:
    assert until(lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text())


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel tells children")
def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    parent = (
        "import sys, time; from pathlib import Path; from tracker.local.process import spawn\n"
        "child = spawn([sys.executable, '-c', 'import os, time; print(os.getpid(), flush=True); time.sleep(300)'],"
        " log=Path(sys.argv[1]), env={}, cwd=Path('/'))\n"
        "time.sleep(300)\n"
    )
    running = subprocess.Popen([sys.executable, "-c", parent, str(log)], cwd=ROOT)
    child = _number_in(log)
    assert not _is_gone(child)
    running.kill()
    running.wait()
    assert until(lambda: _is_gone(child))


def test_stopping_takes_grandchildren_along(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    child = spawn([sys.executable, "-c", FAMILY], log=log, env=ENV, cwd=tmp_path)
    grandchild = _number_in(log)
    stop(child, signal.SIGTERM, 5)
    assert child.returncode == -signal.SIGTERM
    assert until(lambda: _is_gone(grandchild))


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(300)"
    child = spawn([sys.executable, "-c", deaf], log=log, env=ENV, cwd=tmp_path)
    _number_in(log)
    stop(child, signal.SIGTERM, 0.2)
    assert child.returncode == -signal.SIGKILL


def test_a_long_log_makes_room(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with log.open("wb") as file:
        file.truncate(LARGEST_LOG + 1)
    spawn([sys.executable, "-c", "print('new')"], log=log, env=ENV, cwd=tmp_path).wait(20)
    assert log.read_text() == "new\n"
    assert (tmp_path / "child.log.1").stat().st_size == LARGEST_LOG + 1


def test_a_taken_port_is_avoided() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port(port) > port
        with pytest.raises(ServerFailed, match=str(port)):
            free_port(port, tries=1)
