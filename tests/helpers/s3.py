"""A server that speaks S3 on a port of its own."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from tests.helpers.stack import until
from tracker.local.process import free_port, spawn, stop

BUCKET = "evidence"


class S3Server:
    """`with S3Server(folder) as s3: open_contents(s3.url("prefix"), "key", "secret")`."""

    def __init__(self, folder: Path) -> None:
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "S3Server":
        port = self.endpoint.rpartition(":")[2]
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
        self._process = spawn(command, log=self._folder / "s3.log", env={}, cwd=self._folder)
        assert until(self._has_bucket, 30), (self._folder / "s3.log").read_text()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        stop(self._process, signal.SIGTERM, 5)

    def _has_bucket(self) -> bool:
        try:
            with urlopen(Request(f"{self.endpoint}/{BUCKET}", method="PUT"), timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def url(self, prefix: str = "") -> str:
        return f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}&region=us-east-1"
