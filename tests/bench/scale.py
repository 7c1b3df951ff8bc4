"""Pages at 2,000, 100,000 and 1,000,000 assignments, through gunicorn as in production.

Server time at one connection and requests a second at one and at eight, beside limits of the same run: fifty rows by
raw SQL with a fitting index, and an empty page.
"""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from re import search
from secrets import token_hex
from urllib.parse import urlencode

import psycopg
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
RUNS, SECONDS = 40, 4.0
Row = tuple[str, str, str, str, str, str]
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
    with Postman() as postman, Stack(work, server.url(name), "redis://127.0.0.1:1/0", postman.url) as stack:
        stack.start("web", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4")
        assert until(lambda: "Listening" in stack.log("web").read_text(), 60), stack.logs()
        head, office = _Visitor(port, HEAD), _Visitor(port, OFFICE)
        pages: list[tuple[str, _Visitor, str]] = [
            ("empty page", head, "/healthz"),
            ("my work", head, "/my-work"),
            ("overdue list, 50 rows", office, "/assignments?class=overdue&year=2026"),
            ("one assignment", head, f"/assignments/{one}"),
            ("monitor", office, "/monitor?year=2026"),
            ("search", office, "/search?q=duoi+nuoc"),
        ]
        rows = [_row(count, "50 rows by raw SQL", raw, "–", "–")]
        for what, who, path in pages:
            rows.append(_page(count, what, who, path))
        rows.append(_row(count, "one update (a write)", _times(lambda: head.update(one), RUNS), "–", "–"))
        export = _times(lambda: office.get("/assignments.xlsx?class=overdue&year=2026&unit_name=x"), 3)
        rows.append(_row(count, "export of an empty list", export, "–", "–"))
        if size == min(UNITS):
            rows.append(_row(count, "export of all rows", _times(lambda: office.get("/assignments.xlsx"), 3), "–", "–"))
    return rows


class _Visitor:
    """Signed in, over one kept connection."""

    def __init__(self, port: int, login: str) -> None:
        self.port = port
        connection = HTTPConnection("127.0.0.1", port)
        page, cookie = self._send(connection, "GET", "/sign-in", "")
        form = {"csrf_token": _token(page), "login": login, "password": PASSWORD}
        _page, cookie = self._send(connection, "POST", "/sign-in", cookie, form)
        self.cookie = cookie
        self.connection = connection

    def get(self, path: str, connection: HTTPConnection | None = None) -> None:
        self._send(connection or self.connection, "GET", path, self.cookie)

    def update(self, id_: int) -> None:
        """The write alone: its token is fetched once."""
        if not hasattr(self, "token"):
            page, self.cookie = self._send(self.connection, "GET", f"/assignments/{id_}", self.cookie)
            self.token = _token(page)
        form = {"csrf_token": self.token, "signal": "on_track", "text": "Đang làm", "percent": "50"}
        self._send(self.connection, "POST", f"/assignments/{id_}/update", self.cookie, form)

    def _send(
        self, connection: HTTPConnection, method: str, path: str, cookie: str, form: dict[str, str] | None = None
    ) -> tuple[str, str]:
        headers = {"Cookie": cookie} if cookie else {}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
        except (ConnectionError, RemoteDisconnected):  # kept idle for too long
            connection.close()
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 302), (path, answer.status, body[-500:])
        fresh = answer.getheader("Set-Cookie")
        return body.decode(errors="replace"), fresh.split(";")[0] if fresh else cookie


def _token(page: str) -> str:
    found = search(r'csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def _page(count: int, what: str, who: _Visitor, path: str) -> Row:
    for _ in range(6):
        who.get(path)
    found = _times(lambda: who.get(path), RUNS)
    return _row(count, what, found, _rate(who, path, 1), _rate(who, path, 8))


def _rate(who: _Visitor, path: str, connections: int) -> str:
    until_ = time.perf_counter() + SECONDS

    def work(_n: int) -> int:
        connection, n = HTTPConnection("127.0.0.1", who.port), 0
        while time.perf_counter() < until_:
            who.get(path, connection)
            n += 1
        return n

    with ThreadPoolExecutor(connections) as pool:
        return f"{sum(pool.map(work, range(connections))) / SECONDS:.0f}"


def _times(work: Callable[[], object], runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return sorted(found)


def _row(count: int, what: str, found: list[float], one: str, eight: str) -> Row:
    p95 = found[min(len(found) - 1, int(len(found) * 0.95))]
    return f"{count:,}", what, _text(statistics.median(found)), _text(p95), one, eight


def _text(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
