"""Keeps the processes of one machine running together, and ends them in order."""

import fcntl
import json
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil

from tracker.local.process import spawn, stop, tail

LONGEST_PAUSE = 30.0


class AlreadyRunning(Exception):
    """Another supervisor holds this folder."""


@dataclass
class Service:
    """A command to keep running; restarted with growing pauses when it ends by itself."""

    name: str
    command: list[str]
    seconds_to_stop: float = 15
    child: subprocess.Popen[bytes] | None = None
    pause: float = 1.0
    not_before: float = 0.0


class Supervisor:
    """Holds the folder `var`: a lock that dies with us, and the list of children for the start after a kill -9."""

    def __init__(self, var: Path, say: Callable[[str], None]) -> None:
        self.var, self.say = var, say
        self.services: list[Service] = []
        self._pids: dict[int, float] = {}
        self._ending = False
        self._lock = (var / "run.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning from error
        self._end_leftovers()

    def catch_signals(self) -> None:
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGHUP, self._end)

    @property
    def ending(self) -> bool:
        return self._ending

    def remember(self, child: subprocess.Popen[bytes] | None) -> None:
        if child is not None:
            self._pids[child.pid] = psutil.Process(child.pid).create_time()
            (self.var / "run.json").write_text(json.dumps(self._pids))

    def start(self, service: Service, env: dict[str, str], cwd: Path) -> None:
        service.child = spawn(service.command, log=self._log(service), env=env, cwd=cwd)
        self.remember(service.child)

    def watch(self, env: dict[str, str], cwd: Path, servers: list[tuple[str, subprocess.Popen[bytes] | None]]) -> None:
        """Until a signal comes, or a server that everything stands on is gone."""
        while not self._ending:
            for name, child in servers:
                if child is not None and child.poll() is not None:
                    self.say(f"{name} đã dừng bất ngờ; dừng tất cả / stopped unexpectedly, ending.")
                    return
            for service in self.services:
                self._keep(service, env, cwd)
            time.sleep(0.3)

    def stop_services(self) -> None:
        for service in self.services:
            if service.child is not None:
                stop(service.child, signal.SIGTERM, service.seconds_to_stop)

    def finish(self) -> None:
        (self.var / "run.json").unlink(missing_ok=True)

    def _keep(self, service: Service, env: dict[str, str], cwd: Path) -> None:
        if service.child is not None and service.child.poll() is not None:
            self.say(
                f"{service.name} đã dừng (mã {service.child.returncode}); khởi động lại sau {service.pause:.0f} giây."
            )
            self.say(tail(self._log(service), 5))
            service.child, service.not_before = None, time.monotonic() + service.pause
            service.pause = min(service.pause * 2, LONGEST_PAUSE)
        if service.child is None and time.monotonic() >= service.not_before:
            self.start(service, env, cwd)

    def _log(self, service: Service) -> Path:
        return self.var / "log" / f"{service.name}.log"

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _end_leftovers(self) -> None:
        """Children of a supervisor that was killed: asked to end, then made to."""
        try:
            known = json.loads((self.var / "run.json").read_text())
        except (OSError, ValueError):
            return
        left = []
        for pid, created in known.items():
            try:
                process = psutil.Process(int(pid))
                if abs(process.create_time() - created) < 1:
                    left.append(process)
            except psutil.NoSuchProcess:
                continue
        for process in left:
            process.send_signal(signal.SIGINT)
        _, alive = psutil.wait_procs(left, timeout=20)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=5)
        self.finish()
