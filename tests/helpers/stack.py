"""The product as it runs: web, worker and beat as processes on servers of the test's own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tracker.config import ROOT
from tracker.local.process import spawn, stop, tail

PYTHON = [sys.executable, "-m"]
COMMANDS = {
    "worker": [*PYTHON, "celery", "-A", "tasks.celery_app", "worker", "--concurrency", "1", "-l", "INFO",
               "--without-gossip", "--without-mingle"],
    "beat": [*PYTHON, "celery", "-A", "tasks.celery_app", "beat", "-l", "INFO", "--pidfile", ""],
    # The real beat, but nothing is due by today's date: a wake-up that is lost on its way is made good.
    "quiet-beat": [
        sys.executable, "-c",
        "from tasks.schedule import SCHEDULE\n"
        "for name in SCHEDULE.keys() - {'deliver-mail', 'build-reports'}: del SCHEDULE[name]\n"
        "from tasks.celery_app import app\n"
        "app.start(['beat', '--pidfile', ''])\n",
    ],
    "web": [*PYTHON, "gunicorn", "wsgi:app", "--threads", "4", "--no-control-socket"],
}  # fmt: skip


class Stack:
    """Processes with one environment; whatever is left is killed at the end."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, mail_url: str, **more: str) -> None:
        self.folder = folder
        self.database_url = database_url
        self.env = {
            "PATH": os.environ["PATH"],
            "PYTHONUTF8": "1",
            "SECRET_KEY": "test" * 10,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "MAIL_URL": mail_url,
            "EVIDENCE_URL": (folder / "evidence").as_uri(),
            "SECURE_COOKIES": "0",
            **more,
        }
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGTERM)  # all at once: each takes its time
        for child in self.children.values():
            stop(child, signal.SIGTERM, 5)

    def start(self, name: str, *more: str, command: list[str] | None = None) -> subprocess.Popen[bytes]:
        full = [*(command or COMMANDS[name]), *more]
        self.children[name] = spawn(full, log=self.log(name), env=self.env, cwd=ROOT)
        return self.children[name]

    def kill(self, name: str) -> None:
        """kill -9 of the process and of all its children."""
        child = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def tracker(self, *arguments: str, check: bool = True, text: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*PYTHON, "tracker", *arguments], env=self.env, cwd=ROOT, capture_output=True, text=True, input=text,
            check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def value(self, query: str) -> int:
        """The first value of an SQL query, as the database has it committed."""
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(query.encode()).fetchone()
            assert row is not None
            return int(row[0])

    def logs(self) -> str:
        return "\n".join(f"== {path.name}\n{tail(path, 30)}" for path in sorted(self.folder.glob("*.log")))


def until(what: Callable[[], bool], seconds: float = 20) -> bool:
    """Poll until it is so; False when it never was."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return what()
