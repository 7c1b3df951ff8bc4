"""`make bench`: how long things take, each beside something plain of the same run; writes docs/benchmarks.md."""

import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from secrets import token_hex

import psycopg
from flask import Flask
from flask_migrate import upgrade

from tests.bench.escalation import section
from tests.bench.reporting import section as reports
from tests.bench.scale import scale
from tests.helpers.smtp import Postman
from tests.helpers.stack import until
from tests.helpers.world import AT, DATA, build_world, make_settings
from tests.web.test_pages import HEAD, OFFICE, Browser
from tracker.acting import acting
from tracker.app import create_app
from tracker.config import ROOT
from tracker.delivery import deliver_due
from tracker.exports.consolidated import report_document
from tracker.exports.material import Material
from tracker.exports.snapshot import Snapshot
from tracker.extensions import db
from tracker.importing.programme import parse
from tracker.importing.reader import read_document
from tracker.local.postgres import PostgresServer
from tracker.rules.calendar import LOCAL
from tracker.services.escalation import sweep
from tracker.services.opening import open_year
from tracker.services.snapshot import take_snapshot
from tracker.store.programme import programmes

# Nine years are done, as in life; the last one is all open.
FINISHED = (
    "UPDATE assignments SET state = 'completed', submitted_on = due_on, done_on = due_on, percent = 100 WHERE year < %s"
)
Row = tuple[str, str, str, str, str]


def main() -> None:
    sizes = [int(size) for size in (sys.argv[1] if len(sys.argv) > 1 else "2000,100000,1000000").split(",")]
    with tempfile.TemporaryDirectory() as folder:
        pages = scale(Path(folder), sizes)
        rows = [*_start(Path(folder)), *_inside(Path(folder))]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {date.today():%Y-%m-%d}: {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} cores, Python {platform.python_version()}. A shared machine: medians of several runs; the"
        " last column is what to compare between machines.",
        "",
        "| what | median | p95 or worst | limit | against |",
        "|---|---:|---:|---:|---|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        "## Pages by size",
        "",
        "Through gunicorn (2 processes of 4 threads) on loopback, the load on the same cores: time of an answer at one"
        " connection, requests a second at one and at eight. Ten years, nine of them done; 40, 1,000 and 10,000 units."
        " The p50 is shown as a multiple of an empty page of bare Flask too, which is measured beside it.",
        "",
        "| assignments | what | p50 | p95 | p50 to bare Flask | 1 connection, req/s | 8 connections, req/s |",
        "|---:|---|---:|---:|---:|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in pages),
        "",
        *section(),
        *reports(),
    ]
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines))
    print("\n".join(lines))


def _times(work: Callable[[], object], runs: int) -> list[float]:
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return sorted(found)


def _row(what: str, found: list[float], limit: str, against: str) -> Row:
    p95 = found[min(len(found) - 1, int(len(found) * 0.95))]
    return what, _text(statistics.median(found)), _text(p95), limit, against


def _text(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _start(folder: Path) -> list[Row]:
    """`tracker run` in a copy of the tree, first with nothing there, then again."""
    copy = folder / "bản sao"
    for name in ("tracker", "tasks", "templates", "migrations"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "wsgi.py", copy)
    first, *again = [_until_greeting(copy) for _ in range(3)]
    return [
        _row("first `make run`, packages installed", [first], "60 s", "embedded PostgreSQL, migrations, sample data"),
        _row("second `make run`", sorted(again), "10 s", f"{statistics.median(again) / first:.2f} × the first"),
    ]


def _until_greeting(copy: Path) -> float:
    env = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    log = copy / "out.log"
    start = time.perf_counter()
    with log.open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "tracker", "run"], cwd=copy, env=env, stdout=out, stderr=out)
    try:
        assert until(lambda: "Ctrl-C" in log.read_text(), 90), log.read_text()
        return time.perf_counter() - start
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(60)


def _inside(folder: Path) -> list[Row]:
    server = PostgresServer(folder / "postgres", folder / "postgres.log", token_hex(8))
    server.start()
    try:
        with Postman() as postman:
            app = create_app(make_settings(server.url(), "redis://127.0.0.1:1/0", postman.url, rate_limits=False))
            with app.app_context():
                upgrade()
                with acting(now=AT) as ctx:
                    build_world(ctx)
                    (programme,) = programmes(ctx.session)
                    for year in range(programme.period_start, programme.period_end + 1):
                        open_year(ctx, programme, year, told=False)
                    ctx.session.connection().exec_driver_sql(FINISHED, (programme.period_end,))
            return [*_document(), *_pages(app, server.url()), *_sweep(app, postman), *_report(app)]
    finally:
        server.stop()
        shutil.rmtree(server.data, ignore_errors=True)


def _document() -> list[Row]:
    path = DATA / "programme.md"
    bare = _times(lambda: path.read_text().split(), 20)
    found = _times(lambda: parse(read_document(path)), 10)
    ratio = statistics.median(found) / statistics.median(bare)
    command = [sys.executable, "-m", "tracker", "import", str(path), "--dry-run", "--json"]
    whole = _times(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True), 3)
    python = _times(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 3)
    return [
        _row("reading the document", found, "2 s", f"{ratio:.0f} × splitting it into words"),
        _row(
            "`tracker import --dry-run`, whole process", whole, "2 s",
            f"{statistics.median(whole) / statistics.median(python):.0f} × an empty Python",
        ),
    ]  # fmt: skip


def _pages(app: Flask, url: str) -> list[Row]:
    """Server time through the whole WSGI application, ten years of assignments in the database."""
    rows = []
    plain = app.test_client()
    empty = _times(lambda: plain.get("/healthz"), 100)
    with psycopg.connect(url) as connection:
        count = connection.execute("SELECT count(*) FROM assignments").fetchone()
        sql = _times(
            lambda: connection.execute(
                "SELECT lead_unit_id, state, count(*) FROM assignments GROUP BY 1, 2"
            ).fetchall(),
            50,
        )
    for login, path in (
        (HEAD, "/my-work"),
        (OFFICE, "/monitor"),
        (OFFICE, "/monitor?year=all"),
        (OFFICE, "/assignments"),
    ):
        browser = Browser(app.test_client(), login)
        client = browser.client
        client.get(path)
        found = _times(lambda client=client, path=path: client.get(path), 100)  # type: ignore[misc]
        middle = statistics.median(found)
        rows.append(
            _row(
                f"`{path}`, {count[0] if count else 0} assignments", found, "50 ms p95",
                f"{middle / statistics.median(empty):.0f} × an empty page;"
                f" {middle / statistics.median(sql):.0f} × one plain GROUP BY",
            )
        )  # fmt: skip
    return rows


def _sweep(app: Flask, postman: Postman) -> list[Row]:
    """The worst first sweep (ten years, nothing ever done or told), then one that finds nothing to do."""
    moment = datetime(2030, 12, 10, 8, 30, tzinfo=LOCAL)

    def once() -> None:
        with app.app_context(), acting(now=moment) as ctx:
            sweep(ctx)

    first = _times(once, 1)
    again = _times(once, 5)

    def deliver() -> None:
        with app.app_context():
            deliver_due(postman.url, acting)

    sent = _times(deliver, 1)
    with app.app_context(), acting() as ctx:
        told = ctx.session.connection().exec_driver_sql("SELECT count(*) FROM escalations").scalar()
    mails = len(postman.letters)
    return [
        _row(
            f"sweep with {told} escalations to fire",
            first,
            "1 s",
            "a whole year, 10 working days late, nobody ever told",
        ),
        _row("sweep with nothing to fire", again, "1 s", f"{statistics.median(again) / first[0]:.2f} × the first"),
        _row(f"sending {mails} mails over SMTP", sent, "–", f"{sent[0] / max(mails, 1) * 1000:.0f} ms a mail"),
    ]


def _report(app: Flask) -> list[Row]:
    def build() -> None:
        with app.app_context(), acting() as ctx:
            (programme,) = programmes(ctx.session)
            taken = take_snapshot(ctx, programme.id, 2026)
            report_document(Material(Snapshot.from_json(taken.head)))
            ctx.session.rollback()
            db.session.remove()

    return [_row("consolidated report of a year (164 assignments)", _times(build, 5), "5 s", "snapshot and document")]


if __name__ == "__main__":
    main()
