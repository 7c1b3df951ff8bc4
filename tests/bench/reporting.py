"""A consolidated report of a district, a province and a nation, from its claim to the last file; the cycle monitor.

Each build is a process of its own, as a worker's is, and says how long each step took and how large it has grown.
`python -m tests.bench.reporting` runs this part alone.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from zipfile import ZipFile

import psycopg
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import text

from tests.bench.seed import seed
from tests.helpers.filing import actor_named
from tests.helpers.world import AT, build_world, make_settings
from tests.web.test_pages import OFFICE, Browser
from tracker import building
from tracker.acting import acting
from tracker.app import create_app
from tracker.config import ROOT
from tracker.extensions import db
from tracker.local.postgres import PostgresServer
from tracker.services import cycle as cycles
from tracker.services.report import request_report

# (name, units, assignments of the ten years, goal of the .docx, goal of all files); the assignments of the real
# programme's 2026 are on top.
SIZES = (
    ("district", 39, 136, "≤ 5 s", "≤ 8 s"),
    ("province", 1_000, 30_000, "", "≤ 30 s"),
    ("nation", 10_000, 1_000_000, "", "≤ 5 min, ≤ 1 GB"),
)
FIRST, LAST = 2021, 2030
VIEWS = 50
OPENED = "UPDATE report_cycles SET opened_at = now(), opens_on = '2026-01-05' WHERE id = %(cycle)s"
# Of a hundred units three have not filed.
REPORTS = """
    INSERT INTO unit_reports (cycle_id, unit_id, unit_name, level, position, due_on, measure_ids, state,
        first_submitted_at, submitted_at, accepted_at, assignment_id)
    SELECT %(cycle)s, id, name, CASE WHEN kind = 'commune' THEN 'commune' ELSE 'department' END, position, '2030-11-16',
        '{}', CASE WHEN missing THEN 'expected' ELSE 'accepted' END,
        CASE WHEN NOT missing THEN now() END, CASE WHEN NOT missing THEN now() END,
        CASE WHEN NOT missing THEN now() END, duty
    FROM (
        SELECT *, id %% 33 = 0 AS missing, (SELECT max(id) FROM assignments WHERE lead_unit_id = units.id) AS duty
        FROM units WHERE kind <> 'committee'
    ) AS u
"""
# What departments and one commune in a hundred have to say, besides numbers.
TEXTS = """
    INSERT INTO report_sections (report_id, key, position, text)
    SELECT r.id, s->>'key', n, 'Đã tổ chức hội nghị triển khai, ban hành kế hoạch, phân công cán bộ theo dõi; kết quả'
        || ' đạt yêu cầu, một số chỉ tiêu còn chậm do kinh phí cấp muộn.'
    FROM unit_reports AS r, report_cycles AS c, jsonb_array_elements(c.form->'sections') WITH ORDINALITY AS f (s, n)
    WHERE r.cycle_id = c.id AND r.state = 'accepted' AND (r.level <> 'commune' OR r.id %% 100 = 0)
"""
FIGURES = """
    INSERT INTO figures (measure_id, unit_id, unit_name, period, round, numerator, denominator, value, reported_at,
        reported_by_id, accepted_at, accepted_by_id)
    SELECT m.id, u.id, u.name, '2030', 1, 80 + u.id %% 20, 100, (80 + u.id %% 20) * m.per / 100.0, now(), 1, now(), 1
    FROM measures AS m, units AS u WHERE u.kind = 'commune' OR u.id = m.id %% 10 + 2
"""
# The rows of the report as the database alone hands them over.
PLAIN = (
    "SELECT a.text, u.name, a.due_on, a.percent, a.state, a.submitted_on, a.period, a.year FROM assignments AS a"
    " JOIN units AS u ON u.id = a.lead_unit_id WHERE a.year BETWEEN 2021 AND 2030 ORDER BY u.position, u.id, a.duty_id"
)
Row = tuple[str, str, str, str, str]


def section(names: tuple[str, ...] = ()) -> list[str]:
    """The part of docs/benchmarks.md about reports; of these sizes alone, if any are named."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as server:
        for size in SIZES:
            if not names or size[0] in names:
                rows += _size(server, Path(folder), *size)
    return [
        "## Consolidated reports",
        "",
        f"`python -m tests.bench.reporting`, {date.today():%Y-%m-%d}; {os.cpu_count()} cores at a load of"
        f" {os.getloadavg()[0]:.1f}. A final report over ten years with 35 measures of every commune. Each is built by"
        " a process of its own, from the request to the last file.",
        "",
        "| what | time | peak memory | goal | against |",
        "|---|---:|---:|---|---|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


@contextmanager
def _server(folder: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(folder / "reports", folder / "reports.log", token_hex(8))
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _size(
    server: PostgresServer, folder: Path, name: str, units: int, rows: int, word: str, everything: str
) -> list[Row]:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        locale = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {locale}".encode())
    url = server.url(name)
    app = create_app(make_settings(url, "redis://127.0.0.1:1/0", folder.as_uri(), rate_limits=False))
    with app.app_context():
        upgrade()
        with acting(now=AT) as ctx:
            build_world(ctx)
            ctx.nudges.clear()
        seed(url, rows, units, words=False, last=LAST)
        cycle = _cycle(url)
        db.engine.dispose()
    found, plain = _apart(url, cycle), _plain(url)
    times = _monitor(app.test_client(), cycle)
    with app.app_context():
        db.engine.dispose()
    of = f"{found['units']:,.0f} units, {found['work']:,.0f} assignments, {found['figures']:,.0f} figures"
    seconds, docx = found["seconds"], found["docx"]
    done = [
        (f"{name} ({of}): .docx", f"{docx:.1f} s", "–", word, f"{docx / plain:.0f} × reading its rows by plain SQL"),
        (
            f"{name}: .docx, PDF and .xlsx", f"{seconds:.1f} s", f"{found['megabytes']:.0f} MB", everything,
            f"frozen after {found['frozen']:.1f} s; {found['charts']:.0f} charts, PDF of {found['pdf']:.0f} KB,"
            f" .xlsx of {found['xlsx']:.0f} KB",
        ),
        (
            f"{name}: cycle monitor, {VIEWS} views", f"p50 {times[VIEWS // 2] * 1000:.0f} ms", "–",
            "p95 ≤ 100 ms" if name == "nation" else "", f"p95 {times[int(VIEWS * 0.95)] * 1000:.0f} ms",
        ),
    ]  # fmt: skip
    for row in done:
        print(" | ".join(row), flush=True)
    return done


def _cycle(url: str) -> int:
    with acting(actor_named(OFFICE)) as ctx:
        cycle = cycles.plan(ctx, programme_id=1, kind="final", period=str(LAST))
        ctx.session.flush()
        id_ = int(cycle.id)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (OPENED, REPORTS, TEXTS, FIGURES, "VACUUM ANALYZE"):
            connection.execute(statement.encode(), {"cycle": id_} if "%" in statement else None)
    return id_


def _apart(url: str, cycle: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.reporting", "build", url, str(cycle)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def _plain(url: str) -> float:
    began = time.perf_counter()
    with psycopg.connect(url) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = 2_000
        cursor.execute(PLAIN.encode())
        for _row in cursor:
            pass
    return time.perf_counter() - began


def _monitor(client: FlaskClient, cycle: int) -> list[float]:
    browser = Browser(client, OFFICE)
    browser.get(f"/cycles/{cycle}")
    times = []
    for _ in range(VIEWS):
        began = time.perf_counter()
        browser.client.get(f"/cycles/{cycle}")
        times.append(time.perf_counter() - began)
    return sorted(times)


def _build(url: str, cycle: str) -> None:
    """In this process, as a worker does it; the moments at which it was how far."""
    app = create_app(make_settings(url, "redis://127.0.0.1:1/0", "file:///nowhere"))
    at: dict[int, float] = {}
    further = building.advance

    def timed(ctx: object, report_id: int, token: str, progress: int | None = None) -> None:
        if progress is not None:
            at[progress] = time.perf_counter() - began
        further(ctx, report_id, token, progress)  # type: ignore[arg-type]

    building.advance = timed  # type: ignore[assignment]
    with app.app_context():
        with acting(actor_named(OFFICE)) as ctx:
            request_report(ctx, programme_id=0, year=0, cycle_id=int(cycle), recipient="committee")
            ctx.nudges.clear()
        began = time.perf_counter()
        assert building.build_due(acting) == 1
        seconds = time.perf_counter() - began
        with acting() as ctx:
            sql = ctx.session.execute
            row = sql(text("SELECT state, error, document FROM consolidated_reports ORDER BY id DESC")).first()
            assert row is not None
            assert row.state == "done", row.error
            sizes = sql(text("SELECT kind, length(content) / 1024.0 FROM edition_files")).all()
            counted = sql(text(
                "SELECT (SELECT count(*) FROM unit_reports) AS units, (SELECT count(*) FROM figures) AS figures,"
                " (SELECT count(*) FROM assignments WHERE year BETWEEN 2021 AND 2030) AS work"
            )).one()  # fmt: skip
    with ZipFile(BytesIO(row.document)) as word:
        charts = sum(one.startswith("word/media/") for one in word.namelist())
    print(json.dumps({
        "seconds": seconds, "frozen": at[50], "docx": at[65], "charts": charts, **counted._mapping,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        **{kind: float(size) for kind, size in sizes},
    }))  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["build"]:
        _build(*sys.argv[2:])
        return
    print("\n".join(section(tuple(sys.argv[1:]))))


if __name__ == "__main__":
    main()
