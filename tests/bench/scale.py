"""Pages at 2,000, 100,000 and 1,000,000 assignments, through gunicorn as in production.

Server time at one connection and requests a second at one and at eight, beside limits of the same run: fifty rows by
raw SQL with a fitting index, and `/healthz`. Each page stands beside an empty page of bare Flask too, measured in this
process beside it: what the same machine would do at another moment.
"""

import socket
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from re import search
from secrets import token_hex
from urllib.parse import urlencode

import psycopg
from flask import Flask
from flask_migrate import upgrade

from tests.bench.seed import seed
from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack, until
from tests.helpers.world import AT, build_world, make_settings
from tests.web.test_pages import HEAD, OFFICE, PASSWORD
from tracker.acting import acting
from tracker.app import create_app
from tracker.extensions import db
from tracker.local.postgres import PostgresServer
from tracker.local.process import free_port

UNITS = {2_000: 40, 100_000: 1_000, 1_000_000: 10_000}
RUNS, SECONDS = 100, 5.0
OVERDUE = "/assignments?class=overdue&year=2026"
Row = tuple[str, str, str, str, str, str, str]
FIFTY = (
    "SELECT id, text, due_on FROM assignments WHERE programme_id = 1 AND NOT closed AND starred = false"
    " ORDER BY due_on, id LIMIT 50"
)


def scale(folder: Path, sizes: list[int]) -> list[Row]:
    server = PostgresServer(folder / "scale", folder / "scale.log", token_hex(8))
    server.start()
    rows: list[Row] = []
    try:
        for size in sizes:
            rows += _size(server, folder, size)
    finally:
        server.stop()
    return rows


def _size(server: PostgresServer, folder: Path, size: int) -> list[Row]:
    name = f"scale{size}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {locale}".encode())
    app = create_app(make_settings(server.url(name), "redis://127.0.0.1:1/0", folder.as_uri(), rate_limits=False))
    with app.app_context():
        upgrade()
        with acting(now=AT) as ctx:
            build_world(ctx)
            ctx.nudges.clear()
        db.engine.dispose()
    count = seed(server.url(name), size, UNITS[size])
    with psycopg.connect(server.url(name)) as connection:
        one = connection.execute(
            "SELECT a.id FROM assignments a JOIN units u ON u.id = a.lead_unit_id"
            " WHERE u.code = 'p-yte' AND NOT a.closed AND a.state <> 'submitted' ORDER BY a.id DESC LIMIT 1"
        ).fetchone()[0]  # type: ignore[index]
        raw = _times(lambda: connection.execute(FIFTY).fetchall(), 100)
    port = free_port()
    work = folder / name
    work.mkdir()
    with (
        Postman() as postman,
        Stack(work, server.url(name), "redis://127.0.0.1:1/0", postman.url, RATE_LIMITS="0") as stack,
    ):
        stack.start("web", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4")
        assert until(lambda: "Listening" in stack.log("web").read_text(), 60), stack.logs()
        head, office = _Visitor(port, HEAD), _Visitor(port, OFFICE)
        pages: list[tuple[str, _Visitor, str]] = [
            ("`/healthz`", head, "/healthz"),
            ("my work", head, "/my-work"),
            ("overdue list, 50 rows", office, OVERDUE),
            ("one assignment", head, f"/assignments/{one}"),
            ("monitor", office, "/monitor?year=2026"),
            ("search", office, "/search?q=duoi+nuoc"),
        ]
        rows = [_row(count, "50 rows by raw SQL", raw)]
        for what, who, path in pages:
            rows.append(_page(count, what, who, path))
        # Every page of the list once: no row of it has been drawn before.
        fresh = sorted(_time(lambda n=n: office.get(f"{OVERDUE}&page={n}")) for n in range(2, 12))  # type: ignore[misc]
        rows.append(_row(count, "overdue list, rows never drawn before", fresh, _bare_flask()))
        rows.append(_row(count, "one update (a write)", sorted(head.update(one) for _ in range(RUNS)), _bare_flask()))
        many, path = _about(server.url(name), 2_000)
        export = _times(lambda: office.get(f"/assignments.xlsx?{path}"), 5)
        rows.append(_row(count, f"export of {many:,} rows", export, _bare_flask()))
    return rows


def _about(url: str, wanted: int) -> tuple[int, str]:
    """(rows, address) of the list of a state whose length is nearest."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT count(*), 'year=' || year || '&state=' || state FROM assignments GROUP BY year, state"
            " UNION SELECT count(*), 'year=' || year || '&starred=1' FROM assignments WHERE starred GROUP BY year"
            " UNION SELECT count(*), 'year=all' FROM assignments"
        ).fetchall()
    return min(found, key=lambda one: abs(one[0] - wanted))


class _Wire:
    """One kept connection: what a client costs must not be what is measured."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None

    def send(self, request: bytes) -> tuple[int, bytes, bytes]:
        """(status, headers, body)"""
        for _ in range(2):
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.port))
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self.socket.sendall(request)
                return self._answer()
            except (ConnectionError, ValueError):  # kept idle for too long
                self.socket.close()
                self.socket = None
        raise ConnectionError("no answer")

    def _answer(self) -> tuple[int, bytes, bytes]:
        assert self.socket is not None
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            more = self.socket.recv(1 << 20)
            if not more:
                raise ConnectionError
            data += more
        head, body = data[:end], [data[end + 4 :]]
        length = search(rb"(?i)\ncontent-length: (\d+)", head)
        left = int(length[1] if length else 0) - len(body[0])
        while left > 0:
            body.append(self.socket.recv(1 << 20))
            left -= len(body[-1])
        return int(head[9:12]), head, b"".join(body)


class _Visitor:
    """Signed in, over one kept connection."""

    def __init__(self, port: int, login: str) -> None:
        self.port, self.cookie, self.wire = port, "", _Wire(port)
        form = {"csrf_token": _token(self._send("GET", "/sign-in")), "login": login, "password": PASSWORD}
        self._send("POST", "/sign-in", form)

    def get(self, path: str, wire: _Wire | None = None) -> bytes:
        return self._send("GET", path, wire=wire)

    def update(self, id_: int) -> float:
        """Seconds of the write alone, as a form of a page just opened."""
        page = self.get(f"/assignments/{id_}")
        version = search(rb'name="version" value="(\d+)"', page)
        assert version
        form = {"csrf_token": _token(page), "version": version[1].decode(), "signal": "on_track", "text": "Đang làm"}
        return _time(lambda: self._send("POST", f"/assignments/{id_}/update", form))

    def _send(self, method: str, path: str, form: dict[str, str] | None = None, wire: _Wire | None = None) -> bytes:
        body = urlencode(form).encode() if form else b""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {self.cookie}"]
        if form:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        status, headers, answer = (wire or self.wire).send("\r\n".join([*lines, "", ""]).encode() + body)
        assert status in (200, 302), (path, status, answer[-500:])
        fresh = search(rb"(?i)\nset-cookie: ([^;]+)", headers)
        if fresh:
            self.cookie = fresh[1].decode()
        return answer


def _token(page: bytes) -> str:
    found = search(rb'csrf_token" value="([^"]+)"', page)
    assert found
    return found[1].decode()


def _page(count: int, what: str, who: _Visitor, path: str) -> Row:
    for _ in range(6):
        who.get(path)
    before = _bare_flask()
    found = _times(lambda: who.get(path), RUNS)
    bare = (before + _bare_flask()) / 2
    return _row(count, what, found, bare, _rate(who, path, 1), _rate(who, path, 8))


def _bare_flask() -> float:
    """Seconds of a page that says two letters, without a server: the median."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "ok")
    client = app.test_client()
    return statistics.median(_times(lambda: client.get("/"), RUNS))


def _rate(who: _Visitor, path: str, connections: int) -> str:
    until_ = time.perf_counter() + SECONDS

    def work(_n: int) -> int:
        wire, n = _Wire(who.port), 0
        while time.perf_counter() < until_:
            who.get(path, wire)
            n += 1
        return n

    with ThreadPoolExecutor(connections) as pool:
        return f"{sum(pool.map(work, range(connections))) / SECONDS:.0f}"


def _times(work: Callable[[], object], runs: int) -> list[float]:
    return sorted(_time(work) for _ in range(runs))


def _time(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _row(count: int, what: str, found: list[float], bare: float = 0.0, one: str = "–", eight: str = "–") -> Row:
    middle, p95 = statistics.median(found), found[min(len(found) - 1, int(len(found) * 0.95))]
    return f"{count:,}", what, _text(middle), _text(p95), f"{middle / bare:.0f} ×" if bare else "–", one, eight


def _text(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
