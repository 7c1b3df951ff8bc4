"""Keeps the processes of one machine running together, and ends them in order."""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

import psutil

from tracker.local.process import ServerFailed, end_group, tail

LONGEST_PAUSE = 30.0
STEADY = 60.0  # seconds after which a restarted process counts as well again


class AlreadyRunning(Exception):
    """Another supervisor holds this folder."""


class Part(Protocol):
    """A server or a command. `start` raises ServerFailed; `look_after` is called while its process lives."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def process(self) -> subprocess.Popen[bytes] | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def look_after(self) -> None: ...


@dataclass
class _Kept:
    part: Part
    since: float
    pause: float = 1.0
    # When to start it again; None while it runs.
    again_at: float | None = None


class Supervisor:
    """Holds the folder `var`: a lock that dies with us, and the list of children for the start after a kill -9.

    With `parent` it ends when it is no longer that process's child: a `make` killed by kill -9 tells nobody.
    """

    def __init__(self, var: Path, say: Callable[[str], None], *, parent: int | None = None) -> None:
        self._say, self._parent = say, parent
        self._state = var / "run.json"
        self._kept: list[_Kept] = []
        self._signalled = self._stopping = False
        self._lock = (var / "run.lock").open("w")
        self._take_lock()
        self._end_leftovers()

    def catch_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._signal)

    @property
    def ending(self) -> bool:
        return self._signalled or (self._parent is not None and os.getppid() != self._parent)

    def start(self, part: Part) -> None:
        """Start and keep it; whatever is started first is stopped last. Raises ServerFailed."""
        kept = _Kept(part, time.monotonic())
        self._kept.append(kept)
        part.start()
        self._write()

    def watch(self, meanwhile: Callable[[], None]) -> None:
        """Until a signal comes; `meanwhile` is called a few times a second."""
        while not self.ending:
            for kept in self._kept:
                self._keep(kept)
            meanwhile()
            time.sleep(0.2)

    def stop(self) -> None:
        """Everything, the last started first; a second Ctrl-C does not cut it short."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._stopping = True
        self._write()
        for kept in reversed(self._kept):
            kept.part.stop()
        self._state.unlink(missing_ok=True)
        self._lock.close()

    def _keep(self, kept: _Kept) -> None:
        part, now = kept.part, time.monotonic()
        if kept.again_at is None:
            if part.process is None:
                return
            if part.process.poll() is None:
                part.look_after()
                return
            end_group(part.process.pid)
            if now - kept.since > STEADY:
                kept.pause = 1.0
            self._pause(kept, f"mã / code {part.process.returncode}", tail(part.log, 5))
        elif now >= kept.again_at:
            kept.again_at, kept.since = None, now
            try:
                part.start()
            except ServerFailed as error:
                self._pause(kept, str(error), "")
            else:
                self._say(f"{part.name}: đã chạy lại / running again.")
                self._write()

    def _pause(self, kept: _Kept, why: str, log: str) -> None:
        self._say(
            f"{kept.part.name} đã dừng ({why}); chạy lại sau {kept.pause:.0f} giây / stopped, will be started again. "
            f"Nhật ký / log: {kept.part.log}\n{log}".rstrip()
        )
        kept.again_at = time.monotonic() + kept.pause
        kept.pause = min(kept.pause * 2, LONGEST_PAUSE)

    def _signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True

    def _take_lock(self) -> None:
        """One that is just ending is waited for. Raises AlreadyRunning."""
        patience, told = time.monotonic() + 2, False
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                stopping = bool(_read(self._state).get("stopping"))
                if time.monotonic() > patience and not stopping:
                    raise AlreadyRunning from None
                if stopping and not told:
                    told = True
                    self._say("Chờ lần chạy trước dừng hẳn / waiting for the previous run to stop …")
                time.sleep(0.1)
            else:
                return

    def _write(self) -> None:
        """Process number → start time of every child, so that a number given to somebody else is not taken for it."""
        pids = {}
        for kept in self._kept:
            if kept.part.process is not None:
                with suppress(psutil.NoSuchProcess):
                    pids[kept.part.process.pid] = psutil.Process(kept.part.process.pid).create_time()
        draft = self._state.with_suffix(".part")
        draft.write_text(json.dumps({"stopping": self._stopping, "pids": pids}))
        draft.replace(self._state)

    def _end_leftovers(self) -> None:
        """Children of a supervisor that was killed: asked to end, then made to."""
        left = []
        for pid, created in _read(self._state).get("pids", {}).items():
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(int(pid))
                if abs(process.create_time() - created) < 1:
                    left.append(process)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)
        _, alive = psutil.wait_procs(left, timeout=20)
        for process in alive:
            end_group(process.pid)
        psutil.wait_procs(alive, timeout=5)
        self._state.unlink(missing_ok=True)


def _read(state: Path) -> dict[str, dict[str, float]]:
    try:
        found = json.loads(state.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
