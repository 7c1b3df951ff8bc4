"""The broker frozen, and the broker away: pages and mail go on."""

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_hex
from statistics import quantiles
from urllib.parse import urlencode

import psycopg

from tests.faults.table import Promise, Table, load
from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack, until
from tests.tasks.test_faults import _due, _prepare
from tests.web.test_pages import HEAD, OFFICE, PASSWORD
from tracker.local.postgres import PostgresServer
from tracker.local.process import free_port
from tracker.local.valkey import ValkeyServer

# Rounds in turn with a frozen and a living broker, and how often each page is asked for in one.
ROUNDS, TIMES = 40, 12
# Seconds for which the broker is away.
AWAY = 3600.0
FIRST = (
    "SELECT min(a.id) FROM assignments a JOIN units u ON u.id = a.lead_unit_id WHERE u.code = 'p-yte' AND NOT a.closed"
)


class Visitor:
    """Signed in, over one kept connection."""

    def __init__(self, port: int, login: str) -> None:
        self._connection, self._cookie = HTTPConnection("127.0.0.1", port), ""
        self.post("/sign-in", login=login, password=PASSWORD)

    def get(self, path: str) -> str:
        return self._ask("GET", path)

    def post(self, path: str, **form: str) -> float:
        """Seconds of the post alone; its form is fetched first."""
        page = self.get(path if path == "/sign-in" else path.rpartition("/")[0])
        for name in ("csrf_token", "version"):
            if found := re.search(rf'name="{name}" value="([^"]+)"', page):
                form[name] = found[1]
        began = time.perf_counter()
        self._ask("POST", path, form)
        return time.perf_counter() - began

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        headers = {"Cookie": self._cookie, "Connection": "close"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, urlencode(form) if form else None, headers)
        answer = self._connection.getresponse()
        body = answer.read().decode(errors="replace")
        assert answer.status in (200, 302), (path, answer.status, body[-500:])
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self._cookie = cookie.split(";")[0]
        return body


class Place:
    def __init__(self, folder: Path, postman: Postman) -> None:
        self.database = PostgresServer(folder / "postgres", folder / "postgres.log", token_hex(8))
        self.broker = ValkeyServer(folder / "valkey", folder / "valkey.log", token_hex(8))
        self.database.start()
        self.broker.start()
        self.stack = Stack(folder, self.database.url(), self.broker.url(), postman.url, RATE_LIMITS="0")
        _prepare(self.stack)
        with psycopg.connect(self.database.url()) as connection:
            connection.execute("UPDATE assignments SET state = 'assigned' WHERE state = 'cancelled'")
        self.one = self.stack.value(FIRST)
        port = free_port()
        self.stack.start("web", "--bind", f"127.0.0.1:{port}", "--workers", "2")
        assert until(lambda: "Listening" in self.stack.log("web").read_text(), 60), self.stack.logs()
        self.head, self.office = Visitor(port, HEAD), Visitor(port, OFFICE)
        self.head.post(f"/assignments/{self.one}/accept")

    def hand_in(self) -> float:
        return self.head.post(f"/assignments/{self.one}/submit", result="Xong", done_on="2026-01-05")

    def give_back(self) -> float:
        return self.office.post(f"/assignments/{self.one}/return", reason="Bổ sung số liệu")


@contextmanager
def place(folder: Path) -> Iterator[tuple[Place, Postman]]:
    with Postman() as postman:
        one = Place(folder, postman)
        try:
            yield one, postman
        finally:
            if one.broker.process:
                one.broker.process.send_signal(signal.SIGCONT)
            one.stack.__exit__()
            one.broker.stop()
            one.database.stop()


def frozen(folder: Path) -> Table:
    """Each page in turn with a broker that answers and one that takes connections and is silent."""
    began = load()
    with place(folder) as (here, _postman):
        pages = {
            "my work": lambda: _timed(here.head, "/my-work"),
            "one assignment": lambda: _timed(here.head, f"/assignments/{here.one}"),
            "monitor": lambda: _timed(here.office, "/monitor"),
            "handing in and giving back (mails, wake-ups)": lambda: here.hand_in() + here.give_back(),
        }
        found: dict[tuple[str, bool], list[float]] = {(name, cold): [] for name in pages for cold in (False, True)}
        assert here.broker.process is not None
        for number in range(2 * ROUNDS + 2):
            cold = number % 2 == 1
            here.broker.process.send_signal(signal.SIGSTOP if cold else signal.SIGCONT)
            for name, ask in pages.items():
                times = [ask() for _ in range(TIMES)]
                if number >= 2:  # the first two warm up
                    found[name, cold] += times
    promises = []
    for name in pages:
        alive, cold = (quantiles(found[name, which], n=20)[-1] for which in (False, True))
        change = (cold / alive - 1) * 100
        what = f"{name}: p95 {alive * 1000:.0f} ms, frozen {cold * 1000:.0f} ms; change in %"
        promises.append(Promise(what, f"{change:+.0f}", "± 20", 20))
    how = (
        f"SIGSTOP of Valkey; pages and forms through gunicorn, {ROUNDS} rounds of {TIMES} with and {ROUNDS} without it"
        f" in turn; {began}, at the end {load()}. The worker does not run: it would only take time of the same cores."
    )
    return Table("The broker frozen", how, promises)


def _timed(visitor: Visitor, path: str) -> float:
    began = time.perf_counter()
    visitor.get(path)
    return time.perf_counter() - began


def away(folder: Path, seconds: float = AWAY) -> Table:
    """Killed and not started again for minutes; what people do meanwhile reaches others all the same."""
    began = load()
    with place(folder) as (here, postman):
        with psycopg.connect(here.database.url()) as connection:  # no digest yet: nobody gets two a day
            connection.execute("UPDATE programmes SET mail_hour = 23")
        here.stack.start("worker")
        here.stack.start("beat")
        assert until(lambda: "ready" in here.stack.log("worker").read_text(), 60), here.stack.logs()
        calm = [_letter(here, postman) for _ in range(4)]
        port = here.broker.port
        assert here.broker.process is not None
        here.broker.process.kill()
        here.broker.process.wait()
        end, off = time.monotonic() + seconds, []
        swept = None
        while time.monotonic() < end:
            off.append(_letter(here, postman))
            if swept is None and time.monotonic() > end - seconds / 2:
                _due(here.stack, -1)
                asked, before = time.monotonic(), _digests(here)
                assert until(lambda before=before: _digests(here) > before, 180), here.stack.logs()  # type: ignore[misc]
                swept = time.monotonic() - asked
            time.sleep(max(5, seconds / 60))
        took = here.stack.log("worker").read_text().count("received")
        here.broker.start(port)
        back = time.monotonic()
        on = [_letter(here, postman) for _ in range(3)]
        assert until(lambda: here.stack.log("worker").read_text().count("received") > took, 90), here.stack.logs()
        worker = time.monotonic() - back
        on += [_letter(here, postman) for _ in range(3)]
        left = here.stack.value("SELECT count(*) FROM outbox WHERE state <> 'sent'")
        extra = sum(postman.ids().values()) - len(postman.ids())
    assert swept is not None
    return Table(
        "The broker away",
        f"Killed, {seconds:.0f} s not there, started again; web, worker and beat run on. Again and again somebody hands"
        f" in or gives back, until the letter about it is there ({len(off)} times while it was away; before,"
        f" {max(calm):.1f} s at worst). {began.capitalize()}, at the end {load()}.",
        [
            Promise("seconds from a form to its letter while it is away, worst", f"{max(off):.1f}", "≤ 15", 15),
            Promise("seconds until a step that falls due is sent (the sweep comes once a minute)", f"{swept:.0f}",
                    "≤ 75", 75),
            Promise("seconds from a form to its letter after it is back, worst", f"{max(on):.1f}", "≤ 15", 15),
            Promise("seconds until the worker takes messages again", f"{worker:.0f}", "–"),
            Promise("mails left / extra copies", f"{left} / {extra}", "0 / 0", exactly=True),
        ],
    )  # fmt: skip


def _letter(here: Place, postman: Postman) -> float:
    """Seconds from a form to its letter at the mail server."""
    before = len(postman.letters)
    began = time.monotonic()
    if here.stack.value(f"SELECT (state = 'in_progress')::int FROM assignments WHERE id = {here.one}"):
        here.hand_in()
    else:
        here.give_back()
    assert until(lambda: len(postman.letters) > before, 120), here.stack.logs()
    return time.monotonic() - began


def _digests(here: Place) -> int:
    return here.stack.value("SELECT count(*) FROM outbox WHERE kind = 'digest' AND state = 'sent'")
