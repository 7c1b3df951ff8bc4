"""The sweep at a million open assignments, digests by the ten thousand, and mail beside bare smtplib.

Each figure comes from a process of its own, which says how long the work took and how large it has grown.
`python -m tests.bench.escalation` runs this part alone.
"""

import json
import os
import resource
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import psycopg
from flask_migrate import upgrade

from tests.bench.seed import seed
from tests.helpers.stack import until
from tests.helpers.world import AT, build_world, make_settings
from tracker.acting import acting
from tracker.app import create_app
from tracker.config import ROOT
from tracker.delivery import deliver_due
from tracker.extensions import db
from tracker.local.postgres import PostgresServer
from tracker.local.process import free_port
from tracker.mail.message import Letter, build
from tracker.rules.calendar import LOCAL
from tracker.services.escalation import sweep

OPEN, UNITS = 1_000_000, 10_000
DUE, PEOPLE = 40_000, 50_000
# Mails of one sender in one round, so many rounds: a shared machine is now fast and now slow.
MAILS, ROUNDS = {1: 1_200, 4: 600}, 5
MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=LOCAL)
# Everything is open and due in a far year, told of nothing and with nothing to tell.
ALL_OPEN = (
    "SET session_replication_role = replica",
    "UPDATE assignments SET state = CASE WHEN owner_id IS NULL THEN 'assigned' ELSE 'in_progress' END,"
    " submitted_on = NULL, done_on = NULL, percent = 0, suspended_from = NULL,"
    " due_on = '2028-06-30', nominal_due_on = '2028-06-30', original_due_on = '2028-06-30', starred = false",
    "DELETE FROM upcoming_steps",
    "INSERT INTO upcoming_steps SELECT id, '2028-06-16' FROM assignments",
    "VACUUM ANALYZE assignments, upcoming_steps",
)
# So many assignments, from the n-th on, get a deadline and are looked at on the day.
FALL_DUE = (
    "UPDATE assignments SET due_on = %(due)s, nominal_due_on = %(due)s, original_due_on = %(due)s WHERE id IN"
    " (SELECT assignment_id FROM upcoming_steps WHERE step_on > %(day)s ORDER BY 1 LIMIT %(n)s)",
    "UPDATE upcoming_steps SET step_on = %(day)s FROM assignments AS a"
    " WHERE a.id = assignment_id AND a.due_on = %(due)s AND step_on > %(day)s",
)
OWNERS = (
    "INSERT INTO users (login, name, email, password_hash, must_change_password, created_at)"
    " SELECT 'canbo.' || n, 'Cán bộ thử nghiệm ' || n, 'canbo.' || n || '@example.vn', 'x', false, now()"
    " FROM generate_series(1, %(people)s::int) AS n",
    "UPDATE assignments SET owner_id = u.id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users"
    " WHERE login LIKE 'canbo.%%' AND name LIKE 'Cán bộ thử nghiệm%%') AS u,"
    " (SELECT a.id, row_number() OVER (ORDER BY a.id) AS n FROM assignments AS a JOIN upcoming_steps AS s"
    " ON s.assignment_id = a.id WHERE s.step_on = %(day)s) AS due"
    " WHERE due.id = assignments.id AND u.n = (due.n - 1) %% %(people)s + 1",
    "ANALYZE users, assignments, upcoming_steps",
)
Row = tuple[str, str, str, str, str]


def section() -> list[str]:
    """The part of docs/benchmarks.md about escalations."""
    began = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows, flush = escalations(folder), _flush(folder)
    return [
        "## Escalations",
        "",
        f"`python -m tests.bench.escalation`, {date.today():%Y-%m-%d}; {os.cpu_count()} cores at a load of {began:.1f}"
        f" when it began and {os.getloadavg()[0]:.1f} at its end (above {os.cpu_count()} the cores are shared with"
        f" others). Each sweep is a process of its own; its processor time is in brackets. A letter is settled by a"
        f" commit of its own; flushing one block to this disk takes {flush * 1000:.1f} ms.",
        "",
        "| what | time (processor) | rate | peak memory | goal |",
        "|---|---:|---:|---:|---|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


def _flush(folder: Path) -> float:
    """Seconds of an fdatasync, the median of a hundred."""
    times = []
    with (folder / "flush").open("wb") as file:
        for _ in range(100):
            began = time.perf_counter()
            file.write(b"x" * 8192)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return sorted(times)[50]


def escalations(folder: Path) -> list[Row]:
    """(what, time, rate, peak of the process, goal)."""
    server = PostgresServer(folder / "escalations", folder / "escalations.log", token_hex(8))
    server.start()
    try:
        url = server.url()
        app = create_app(make_settings(url, "redis://127.0.0.1:1/0", folder.as_uri(), rate_limits=False))
        with app.app_context():
            upgrade()
            with acting(now=AT) as ctx:
                build_world(ctx)
                ctx.nudges.clear()
            db.engine.dispose()
        seed(url, OPEN, UNITS, words=False)
        _run(url, *ALL_OPEN)
        rows = []
        for part in (_sweeps, _digests, _mails):
            for row in part(url):
                print(" | ".join(row), flush=True)
                rows.append(row)
        return rows
    finally:
        server.stop()


def _sweeps(url: str) -> list[Row]:
    rows = [_row("sweep of 1,000,000 open with nothing due", _apart("sweep", url, MORNING, again=5), "≤ 50 ms")]
    for number, goal in ((DUE // 4, ""), (DUE // 2, ""), (DUE, "≤ 20 s, ≤ 500 MB")):
        day = MORNING + timedelta(days=(0, 1, 2)[(DUE // 4, DUE // 2, DUE).index(number)])
        # Two roles each, so that half as many assignments have so many steps.
        _put_away(url, day)
        _fall_due(url, day, day, number // 2)
        found = _apart("sweep", url, day)
        rows.append(_row(f"sweep with {number:,} steps due", found, goal))
    return rows


def _digests(url: str) -> list[Row]:
    day = MORNING + timedelta(days=3)
    _put_away(url, day)
    _fall_due(url, day, datetime(2026, 12, 10, tzinfo=LOCAL), 2 * PEOPLE)  # ten working days ahead: the owner alone
    _run(url, *OWNERS, people=PEOPLE, day=day.date())
    _run(url, "TRUNCATE outbox CASCADE")
    found = _apart("sweep", url, day)
    assert found["mails"] == PEOPLE, found
    return [_row(f"{PEOPLE:,} digests of 2 lines, composed and in the outbox", found, "≤ 60 s")]


def _mails(url: str) -> list[Row]:
    """Bare smtplib and ours in turn, over as many connections, to the same server; what is told is the median."""
    rows = []
    for said in ("pipelining", ""):
        port = free_port()
        sink = subprocess.Popen([sys.executable, "-m", "tests.bench.sink", str(port), *said.split()], cwd=ROOT)
        try:
            assert until(lambda port=port: _answers(port), 30)  # type: ignore[misc]
            for connections, each in MAILS.items():
                bare, ours = [], []
                for _ in range(ROUNDS):
                    bare.append(_together("bare", [str(port), str(each)], connections))
                    ours.append(_together("deliver", [url, str(port), str(each)], connections))
                shares = sorted(one / other for one, other in zip(ours, bare, strict=True))
                rate = sorted(ours)[ROUNDS // 2]
                rows.append((
                    f"digests over {connections} connection{'s' * (connections > 1)}, {said or 'answered one by one'}",
                    f"{1000 / rate:.2f} ms each", f"{rate:,.0f}/s", "–",
                    f"{shares[ROUNDS // 2]:.0%} of bare smtplib ({shares[0]:.0%} to {shares[-1]:.0%}); goal 80 %",
                ))  # fmt: skip
        finally:
            sink.terminate()
            sink.wait()
    return rows


def _row(what: str, found: dict[str, float], goal: str) -> Row:
    seconds = found["seconds"]
    time_ = f"{_text(seconds)} ({_text(found['busy'])})"
    rate = f"{found['escalations'] / seconds:,.0f} steps/s" if found["escalations"] else "–"
    return what, time_, rate, f"{found['megabytes']:.0f} MB", goal


def _text(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _run(url: str, *statements: str, **values: object) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode(), values if values and "%(" in statement else None)


def _put_away(url: str, day: datetime) -> None:
    """What fell due before has further steps; they are not what is measured next."""
    _run(url, "UPDATE upcoming_steps SET step_on = '2028-06-16' WHERE step_on <= %(day)s", day=day.date())


def _fall_due(url: str, day: datetime, due: datetime, number: int) -> None:
    _run(url, "SET session_replication_role = replica", *FALL_DUE, due=due.date(), day=day.date(), n=number)
    _run(url, "ANALYZE upcoming_steps")


def _apart(what: str, url: str, at: datetime, again: int = 1) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.escalation", what, url, at.isoformat(), str(again)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _together(what: str, arguments: list[str], processes: int) -> float:
    """Mails a second of all of them, once each is ready."""
    command = [sys.executable, "-m", "tests.bench.escalation", what, *arguments]
    found = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    for one in found:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    began = time.perf_counter()
    sent = sum(int(one.communicate("go\n")[0]) for one in found)
    return sent / (time.perf_counter() - began)


def _answers(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=1):
            return True
    except OSError:
        return False


def _sweep(url: str, at: str, again: str) -> None:
    """In this process: the median of so many runs, and how large it has grown."""
    app = create_app(make_settings(url, "redis://127.0.0.1:1/0", "file:///nowhere"))
    moment, times = datetime.fromisoformat(at), []
    busy = time.process_time()
    with app.app_context():
        for _ in range(int(again)):
            with acting(now=moment) as ctx:
                ctx.nudges.clear()
                began = time.perf_counter()
                swept = sweep(ctx)
                ctx.nudges.clear()
            times.append(time.perf_counter() - began)
    busy = (time.process_time() - busy) / len(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({
        "seconds": sorted(times)[len(times) // 2], "busy": busy, "megabytes": peak, "escalations": swept.escalations,
        "mails": swept.mails,
    }))  # fmt: skip


def _bare(port: str, number: str) -> None:
    text = "Thử nghiệm việc bảo vệ trẻ em\n" * 40
    letter = Letter("<x@example.vn>", "giao-viec@example.vn", "truong@example.vn", "Trưởng phòng", "3 việc quá hạn",
                    text, f"<p>{text}</p>" * 2, MORNING)  # fmt: skip
    content = build(letter)
    with smtplib.SMTP("127.0.0.1", int(port)) as server:
        _wait()
        for _ in range(int(number)):
            server.sendmail("giao-viec@example.vn", ["truong@example.vn"], content)
    print(number)


def _deliver(url: str, port: str, number: str) -> None:
    app = create_app(make_settings(url, "redis://127.0.0.1:1/0", f"smtp://127.0.0.1:{port}"))
    sent, wanted = 0, int(number)
    with app.app_context():
        with acting() as ctx:
            ctx.session.connection()
        _wait()
        while sent < wanted and (more := deliver_due(f"smtp://127.0.0.1:{port}", acting, wanted - sent)):
            sent += more
    print(sent)


def _wait() -> None:
    print("ready", flush=True)
    sys.stdin.readline()


PARTS: dict[str, Callable[..., None]] = {"sweep": _sweep, "bare": _bare, "deliver": _deliver}


def main() -> None:
    if len(sys.argv) > 1:
        PARTS[sys.argv[1]](*sys.argv[2:])
        return
    print("\n".join(section()))


if __name__ == "__main__":
    main()
