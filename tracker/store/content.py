"""The content of files, named by its SHA-256: a folder of this machine, or a bucket that speaks S3.

Content is written whole or not at all, never overwritten, and found again by its name alone (`ab/abcdef…`).
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

CHUNK = 1 << 18
# Only what looks like content of ours is ever deleted, whatever else lies in the bucket.
_OURS = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})")
# A page waits for these, and for two retries.
_ANSWER_WITHIN = "20s"
_CONNECT_WITHIN = "3s"
_FAILURES = (BaseError, OSError, ValueError)


class BadEvidenceUrl(ValueError):
    """EVIDENCE_URL cannot be understood."""


class Unreachable(Exception):
    """The folder or the server does not take or give content now."""


class Missing(Exception):
    """No content of this name."""


class Contents(Protocol):
    """Where the content of files is kept."""

    def put(self, sha256: str, stream: IO[bytes]) -> None:
        """From the stream's start; durable when this returns. What is there already stays. Raises Unreachable."""

    def read(self, sha256: str) -> Iterator[bytes]:
        """In chunks; opened at once, so that Missing and Unreachable are raised here and not in the middle."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """The SHA-256 of every content written before. Raises Unreachable."""

    def delete(self, sha256: str) -> None:
        """Raises Unreachable; what is gone already is no error."""

    def sweep(self, moment: datetime) -> None:
        """Removes what a writer killed before this moment left half written."""


class _Contents:
    """Both kinds, through the one interface of obstore."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    def put(self, sha256: str, stream: IO[bytes]) -> None:
        stream.seek(0)
        try:
            obstore.put(self._store, _path(sha256), stream, mode="create")
        except AlreadyExistsError:
            return
        except _FAILURES as error:
            raise Unreachable(_line(error)) from error

    def read(self, sha256: str) -> Iterator[bytes]:
        try:
            found = obstore.get(self._store, _path(sha256))
        except (FileNotFoundError, NotFoundError) as error:
            raise Missing(sha256) from error
        except _FAILURES as error:
            raise Unreachable(_line(error)) from error
        return (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK))

    def older_than(self, moment: datetime) -> Iterator[str]:
        try:
            for batch in obstore.list(self._store):
                for one in batch:
                    if one["last_modified"] < moment and (ours := _OURS.fullmatch(one["path"])):
                        yield ours[2]
        except _FAILURES as error:
            raise Unreachable(_line(error)) from error

    def delete(self, sha256: str) -> None:
        try:
            obstore.delete(self._store, _path(sha256))
        except (FileNotFoundError, NotFoundError):
            return
        except _FAILURES as error:
            raise Unreachable(_line(error)) from error

    def sweep(self, moment: datetime) -> None:
        """A bucket shows nothing that is half written."""


class _Folder(_Contents):
    """Also on the disk when `put` returns, and without the drafts of killed writers."""

    def __init__(self, root: Path) -> None:
        super().__init__(LocalStore(root))
        self._root = root

    def put(self, sha256: str, stream: IO[bytes]) -> None:
        super().put(sha256, stream)
        try:
            for path in (self._root / _path(sha256), self._root / sha256[:2], self._root):
                _to_disk(path)
        except OSError as error:
            raise Unreachable(_line(error)) from error

    def sweep(self, moment: datetime) -> None:
        # obstore writes to "name#1" and links that to the name when it is whole.
        for draft in self._root.glob("[0-9a-f][0-9a-f]/*#*"):
            if draft.stat().st_mtime < moment.timestamp():
                draft.unlink(missing_ok=True)


def check_url(url: str) -> str:
    """The URL itself. Raises BadEvidenceUrl with a sentence in Vietnamese and English."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/") and parts.path != "/":
        return url
    if parts.scheme == "s3" and parts.netloc:
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        unknown = options.keys() - {"endpoint", "region"}
        endpoint = options.get("endpoint", ["https://-"])[0]
        if not unknown and urlsplit(endpoint).scheme in ("http", "https") and urlsplit(endpoint).netloc:
            return url
    raise BadEvidenceUrl(
        "phải có dạng / must look like file:///folder or s3://bucket[/prefix]?endpoint=https://…&region=…"
    )


@lru_cache(maxsize=8)
def open_contents(url: str, key: str = "", secret: str = "") -> Contents:
    """`file:///folder` (made when missing, readable by us alone) or `s3://bucket[/prefix]?endpoint=…&region=…`.

    Without a key S3 uses what the environment or the machine's role gives. Raises BadEvidenceUrl, Unreachable.
    """
    parts = urlsplit(check_url(url))
    if parts.scheme == "file":
        root = Path(unquote(parts.path))
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(_line(error)) from error
        return _Folder(root)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    config: dict[str, str] = {"region": options.get("region", "us-east-1")}
    if key:
        config |= {"access_key_id": key, "secret_access_key": secret}
    if "endpoint" in options:
        config["endpoint"] = options["endpoint"]
    store = S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,  # type: ignore[arg-type]  # a TypedDict that exists for type checkers alone
        client_options={
            "timeout": _ANSWER_WITHIN,
            "connect_timeout": _CONNECT_WITHIN,
            "allow_http": config.get("endpoint", "").startswith("http://"),
        },
        retry_config={"max_retries": 2},
    )
    return _Contents(store)


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _line(error: BaseException) -> str:
    """obstore adds pages of debugging to its first line."""
    return str(error).partition("\n")[0][:300]
