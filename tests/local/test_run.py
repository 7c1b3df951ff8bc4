"""`tracker run` as a newcomer meets it: an odd folder, an empty environment, a taken port, kill -9 and Ctrl-C."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from urllib.request import urlopen

import psutil
import pytest

from tests.helpers.stack import until
from tracker.config import ROOT

COPIED = ("migrations", "tasks", "templates", "tracker", "wsgi.py")


class Run:
    """`env -i python -m tracker run` in the copy."""

    def __init__(self, folder: Path, port: int, **more: str) -> None:
        self.output = folder / f"output-{time.monotonic_ns()}"
        self.env = {"PORT": str(port), **more}
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tracker", "run"],
                cwd=folder,
                env=self.env,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def is_ready(self) -> bool:
        return until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None, 90) and "Ctrl-C" in self.said

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def page(self) -> str:
        address = self.said.partition("Giao Việc: ")[2].split()[0]
        with urlopen(f"{address}/sign-in", timeout=60) as answer:
            return str(answer.read().decode())


@pytest.fixture
def folder() -> Iterator[Path]:
    """A copy of the project where a server of root's can reach its data."""
    above = Path(mkdtemp(prefix="giao-viec-"))
    above.chmod(0o711)
    folder = above / "Thư mục có dấu cách"
    folder.mkdir(mode=0o755)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    yield folder
    shutil.rmtree(above)


def test_from_the_first_start_to_the_last(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        first = Run(folder, port)
        assert first.is_ready(), first.said
        assert f"port {port} is taken" in first.said
        assert "truong.p-yte" in first.said
        assert "Đăng nhập" in first.page()
    assert {path.name: path.stat().st_mode & 0o077 for path in (folder / "var").iterdir()}["secrets.json"] == 0

    second = Run(folder, port)
    assert second.process.wait(60) == 2
    assert "already running here: http://127.0.0.1" in second.said

    children = first.children()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    third = Run(folder, port)
    assert third.is_ready(), third.said
    assert not [child for child in children if child.is_running()]
    assert "Đăng nhập" in third.page()

    children = third.children()
    assert len(children) > 8
    third.process.send_signal(signal.SIGINT)
    assert until(lambda: "Đang dừng" in third.said)
    third.process.send_signal(signal.SIGINT)  # an impatient second one
    assert third.process.wait(60) == 0
    assert not [child for child in children if child.is_running()]
    assert "database system is shut down" in (folder / "var/log/postgres.log").read_text()
    assert not (folder / "var/local.env").exists()


@pytest.mark.parametrize(
    ("name", "value", "starts_nothing"),
    [
        ("PORT", "http", True),
        ("MAIL_URL", "http://mail", True),
        ("DATABASE_URL", "mysql://localhost/x", True),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x", False),
        ("REDIS_URL", "redis://127.0.0.1:1/0", False),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    folder: Path, name: str, value: str, starts_nothing: bool
) -> None:
    run = Run(folder, **{"port": 8000, name: value})
    assert run.process.wait(60) == 2
    assert f"{name}: " in run.said
    assert "Traceback" not in run.said
    assert (folder / "var").exists() != starts_nothing
