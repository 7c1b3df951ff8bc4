"""Child processes that end with their parent, whatever ends the parent."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 10_000_000  # bytes; a longer one makes room at the next start


class ServerFailed(RuntimeError):
    """A server cannot be started here; the sentence says why, in Vietnamese and English."""


class Command:
    """A command that is kept running by a supervisor."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: dict[str, str],
        cwd: Path,
        seconds_to_stop: float = 15,
    ) -> None:
        self.name, self.log = name, log
        self.process: subprocess.Popen[bytes] | None = None
        self._command, self._env, self._cwd, self._seconds = command, env, cwd, seconds_to_stop

    def start(self) -> None:
        self.process = spawn(self._command, log=self.log, env=self._env, cwd=self._cwd)

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, self._seconds)

    def look_after(self) -> None:
        """A process that lives is well."""


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: dict[str, str],
    cwd: Path,
    end_signal: signal.Signals = signal.SIGTERM,
    user: pwd.struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own (Ctrl-C is the parent's to pass on), its output in `log`.

    On Linux the kernel sends it `end_signal` when the parent dies, even by kill -9.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_ends_with_parent(end_signal),  # runs after the change of user, which would clear it
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _ends_with_parent(end_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(end_signal))
        if os.getppid() != parent:  # it died before the kernel knew
            os._exit(1)

    return prepare


def stop(child: subprocess.Popen[bytes], end_signal: signal.Signals, seconds: float) -> None:
    """Ask, wait, and only then kill; nothing that the child started stays behind."""
    if child.poll() is None:
        child.send_signal(end_signal)
        with suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    end_group(child.pid)
    child.wait()


def end_group(leader: int) -> None:
    """Kill what is left of a child's process group; its number is the child's, whether that still lives or not."""
    with suppress(ProcessLookupError, PermissionError):  # macOS says "not permitted" of a group of zombies
        os.killpg(leader, signal.SIGKILL)


def free_port(preferred: int = 0, tries: int = 50) -> int:
    """A free port of 127.0.0.1: the preferred one, one of the next, or (preferred 0) any. Raises ServerFailed."""
    ports = range(preferred, min(preferred + tries, 65_536)) if preferred else range(1)
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServerFailed(f"Các cổng {ports[0]}–{ports[-1]} đều bận; hãy đặt PORT khác / all taken, set another PORT.")


def tail(log: Path, lines: int = 15) -> str:
    try:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""
