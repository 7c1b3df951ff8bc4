"""kill -9 between any two steps of the mail path loses nothing: real processes, real servers."""

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from time import monotonic

import psycopg
import pytest
import redis

from tasks.schedule import SCHEDULE
from tests.helpers.smtp import Postman
from tests.helpers.stack import PYTHON, Stack, until
from tracker.local.postgres import PostgresServer
from tracker.local.valkey import ValkeyServer
from tracker.queue import Nudger
from tracker.rules.calendar import LOCAL
from tracker.services.context import DELIVER_MAIL

pytestmark = pytest.mark.faults

SWEEP = ("sweep", "--at", "2026-11-25T08:30")
UNSENT = "SELECT count(*) FROM outbox WHERE state <> 'sent'"
ALL = "SELECT count(*) FROM outbox"


@pytest.fixture
def postman() -> Iterator[Postman]:
    with Postman() as postman:
        yield postman


@pytest.fixture
def stack(database_url: str, valkey: ValkeyServer, postman: Postman, tmp_path: Path) -> Iterator[Stack]:
    _leave(database_url, 6)
    with redis.Redis.from_url(valkey.url()) as broker:
        broker.flushall()  # no wake-up of an earlier test
    with Stack(tmp_path, database_url, valkey.url(), postman.url) as stack:
        yield stack


def _leave(database_url: str, units: int) -> None:
    """Only the reports of a few communes stay open, so that a sweep makes a handful of mails."""
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "UPDATE assignments SET state = 'cancelled' WHERE id NOT IN (SELECT a.id FROM assignments a"
            " JOIN duties d ON d.id = a.duty_id JOIN units u ON u.id = a.lead_unit_id"
            " WHERE d.kind = 'report' AND u.kind = 'commune' ORDER BY a.id LIMIT %s)",
            (units,),
        )


def _nothing_lost(stack: Stack, postman: Postman, most_extra: int = 1) -> None:
    assert stack.value(UNSENT) == 0, stack.logs()
    seen = postman.ids()
    with psycopg.connect(stack.database_url) as connection:
        wanted = {row[0] for row in connection.execute("SELECT message_id FROM outbox")}
    assert set(seen) == wanted  # each arrived, under its own Message-ID, and nothing else did
    assert sum(seen.values()) - len(wanted) <= most_extra


def test_worker_killed_while_the_server_holds_the_mail(stack: Stack, postman: Postman) -> None:
    stack.tracker(*SWEEP)
    postman.stall.set()
    stack.start("worker")
    stack.start("beat")
    assert postman.holding.wait(30), stack.logs()
    stack.kill("worker")
    postman.stall.clear()
    assert stack.value("SELECT count(*) FROM outbox WHERE state = 'sending'") >= 1
    stack.start("worker")
    assert until(lambda: stack.value(UNSENT) == 0, 40), stack.logs()
    _nothing_lost(stack, postman)


def test_sender_killed_between_claim_and_sending(stack: Stack, postman: Postman) -> None:
    stack.tracker(*SWEEP)
    script = (
        "import os, signal; from tracker.app import create_app; from tracker.acting import acting\n"
        "from tracker.extensions import db; from tracker.services.outbox import claim\n"
        "from tracker.store.sender import Sender\n"
        "with create_app().app_context():\n"
        "    sender = Sender(db.engine)\n"
        "    with acting() as ctx: assert claim(ctx, sender.number)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    dead = stack.start("claimer", command=[*PYTHON[:1], "-c", script])
    assert dead.wait(20) == -signal.SIGKILL
    assert stack.value("SELECT count(*) FROM outbox WHERE state = 'sending'") == 1
    stack.tracker("mail", "drain")  # what the dead one had is anybody's at once
    _nothing_lost(stack, postman, most_extra=0)


def test_sender_killed_between_the_answer_and_settling(stack: Stack, postman: Postman) -> None:
    stack.tracker(*SWEEP)
    script = (
        "import os, signal; from tracker.app import create_app; from tracker.acting import acting\n"
        "from tracker.extensions import db; from tracker.store.sender import Sender\n"
        "from tracker.mail.transport import open_transport; from tracker.services.outbox import claim\n"
        "with create_app().app_context():\n"
        "    sender = Sender(db.engine)\n"
        "    with acting() as ctx: ((_, letter),) = claim(ctx, sender.number)\n"
        "    assert open_transport(os.environ['MAIL_URL'])(letter).outcome == 'sent'\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert stack.start("sender", command=[*PYTHON[:1], "-c", script]).wait(20) == -signal.SIGKILL
    stack.tracker("mail", "drain")
    _nothing_lost(stack, postman, most_extra=1)


def test_sweep_killed_before_its_commit_leaves_nothing_half(stack: Stack, postman: Postman) -> None:
    script = (
        "import os, signal; from datetime import datetime; from tracker.app import create_app\n"
        "from tracker.acting import acting; from tracker.rules.calendar import LOCAL\n"
        "from tracker.services.escalation import sweep\n"
        "with create_app().app_context(), acting(now=datetime(2026, 11, 25, 8, 30, tzinfo=LOCAL)) as ctx:\n"
        "    assert sweep(ctx).mails; ctx.session.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert stack.start("sweeper", command=[*PYTHON[:1], "-c", script]).wait(20) == -signal.SIGKILL
    assert stack.value(ALL) == 0
    assert stack.value("SELECT count(*) FROM escalations") == 0
    stack.tracker(*SWEEP)
    assert stack.value("SELECT count(*) FROM escalations WHERE outbox_id IS NULL") == 0
    assert stack.value("SELECT count(*) FROM outbox o WHERE NOT EXISTS"
                       " (SELECT FROM escalations e WHERE e.outbox_id = o.id)") == 0  # fmt: skip
    stack.tracker("mail", "drain")
    _nothing_lost(stack, postman, most_extra=0)


def test_two_sweeps_at_once_make_one_digest_each(stack: Stack, postman: Postman) -> None:
    sweepers = [stack.start(f"sweep{n}", command=[*PYTHON, "tracker", *SWEEP]) for n in range(3)]
    assert [sweeper.wait(30) for sweeper in sweepers] == [0, 0, 0], stack.logs()
    assert stack.value("SELECT max(n) FROM (SELECT count(*) n FROM outbox GROUP BY recipient_id) x") == 1


def test_beat_killed_and_started_again(stack: Stack, postman: Postman) -> None:
    """Nobody else wakes anything here: what falls due while beat is dead is swept and sent when it is back."""
    _due(stack, +400)
    stack.start("worker")
    _quick_beat(stack)
    assert until(lambda: "tasks.escalation.sweep" in stack.log("quick-beat").read_text(), 30), stack.logs()
    stack.kill("quick-beat")
    _due(stack, -1)
    assert stack.value(ALL) == 0
    _quick_beat(stack)
    assert until(lambda: stack.value(ALL) > 0 and stack.value(UNSENT) == 0, 40), stack.logs()
    assert stack.value("SELECT count(*) FROM escalations WHERE outbox_id IS NULL") == 0
    _nothing_lost(stack, postman, most_extra=0)


def _due(stack: Stack, days: int) -> None:
    """Everything open is due so many days from now, and today is a working day after the hour of mail."""
    with psycopg.connect(stack.database_url) as connection:
        today = datetime.now(LOCAL).date()
        due = today + timedelta(days=days)
        connection.execute("UPDATE assignments SET due_on = %s, nominal_due_on = %s", (due, due))
        connection.execute("UPDATE programmes SET mail_hour = 0")
        for day in (today, today + timedelta(days=1)):  # it may be about to strike midnight
            connection.execute(
                "INSERT INTO day_overrides VALUES (%s, true, '') ON CONFLICT (day) DO UPDATE SET is_working = true",
                (day,),
            )


def _quick_beat(stack: Stack) -> None:
    """The real beat and its real jobs, but each is woken every second."""
    script = (
        "from tasks.schedule import SCHEDULE\n"
        "for entry in SCHEDULE.values(): entry['schedule'] = 1.0\n"
        "from tasks.celery_app import app\n"
        "app.start(['beat', '-l', 'INFO', '--pidfile', ''])\n"
    )
    stack.start("quick-beat", command=[*PYTHON[:1], "-c", script])


def test_broker_killed_and_emptied(database_url: str, postman: Postman, tmp_path: Path) -> None:
    _leave(database_url, 6)
    broker = ValkeyServer(tmp_path / "valkey", tmp_path / "valkey.log", token_hex(8))
    broker.start()
    port = broker.port
    with Stack(tmp_path, database_url, broker.url(), postman.url) as stack:
        stack.tracker(*SWEEP)  # its wake-up lies in the broker
        assert broker.process is not None
        broker.process.kill()
        broker.process.wait()
        broker.start(port)  # empty: the message is gone
        stack.start("worker")
        stack.start("beat")
        try:
            assert until(lambda: stack.value(UNSENT) == 0, 45), stack.logs()
            _nothing_lost(stack, postman, most_extra=0)
        finally:
            broker.stop()


def test_a_frozen_broker_holds_up_nobody(tmp_path: Path) -> None:
    """It takes connections and never answers: a page that wakes a worker must not wait for it."""
    broker = ValkeyServer(tmp_path / "valkey", tmp_path / "valkey.log", token_hex(8))
    broker.start()
    assert broker.process is not None
    try:
        broker.process.send_signal(signal.SIGSTOP)
        nudger = Nudger(broker.url())
        began = monotonic()
        for _ in range(10):
            nudger.nudge(DELIVER_MAIL)
        assert monotonic() - began < 2
    finally:
        broker.process.send_signal(signal.SIGCONT)
        broker.stop()


@pytest.mark.parametrize("broker", ["gone", "frozen", "nobody takes its messages"])
def test_beat_does_the_work_itself(database_url: str, postman: Postman, tmp_path: Path, broker: str) -> None:
    """No worker runs here; what falls due is swept and sent all the same, within beat's own few seconds."""
    _leave(database_url, 6)
    server = ValkeyServer(tmp_path / "valkey", tmp_path / "valkey.log", token_hex(8))
    server.start()
    assert server.process is not None
    try:
        with Stack(tmp_path, database_url, server.url(), postman.url) as stack:
            if broker == "gone":
                server.stop()
            elif broker == "frozen":
                server.process.send_signal(signal.SIGSTOP)
            else:
                with redis.Redis.from_url(server.url()) as client:
                    client.rpush("celery", *["{}"] * 200)
            _due(stack, -1)
            stack.start("beat")
            assert until(lambda: stack.value(ALL) > 0 and stack.value(UNSENT) == 0, 60), stack.logs()
            _nothing_lost(stack, postman, most_extra=0)
            tasks = {entry["task"] for entry in SCHEDULE.values()}  # and nothing is swallowed
            assert until(lambda: tasks <= set(stack.log("beat").read_text().split('"')), 60), stack.logs()
            assert "failed_alone" not in stack.log("beat").read_text()
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()


def test_without_any_broker_drain_delivers(stack: Stack, postman: Postman) -> None:
    stack.env["REDIS_URL"] = "redis://127.0.0.1:1/0"
    stack.tracker(*SWEEP)
    stack.tracker("mail", "drain")
    _nothing_lost(stack, postman, most_extra=0)


def test_database_killed_during_delivery(valkey: ValkeyServer, postman: Postman, tmp_path: Path) -> None:
    server = PostgresServer(tmp_path / "postgres", tmp_path / "postgres.log", token_hex(8))
    server.start()
    try:
        with Stack(tmp_path, server.url(), valkey.url(), postman.url) as stack:
            _prepare(stack)
            stack.tracker(*SWEEP)
            wanted = stack.value(ALL)
            assert wanted > 3
            postman.stall.set()
            worker = stack.start("worker")
            _quick_beat(stack)
            assert postman.holding.wait(30), stack.logs()
            assert server.process is not None
            server.process.kill()
            server.process.wait()
            postman.stall.clear()
            assert until(lambda: _gone(server), 20)
            server.start()
            assert stack.value(ALL) == wanted  # what was committed is there
            assert until(lambda: stack.value(UNSENT) == 0, 40), stack.logs()
            assert worker.poll() is None  # the same worker goes on: nobody has to start it again
            _nothing_lost(stack, postman)
    finally:
        server.stop()


def _prepare(stack: Stack) -> None:
    """A migrated database with the sample world, as `make run` makes it."""
    script = (
        "from flask_migrate import upgrade; from tracker.app import create_app; from tracker.acting import acting\n"
        "from tests.helpers.world import AT, build_world\n"
        "with create_app().app_context():\n"
        "    upgrade()\n"
        "    with acting(now=AT) as ctx: build_world(ctx)\n"
    )
    assert stack.start("prepare", command=[*PYTHON[:1], "-c", script]).wait(60) == 0, stack.logs()
    _leave(stack.database_url, 4)


def _gone(server: PostgresServer) -> bool:
    """The children of a killed postmaster end by themselves; only then may a new one start."""
    try:
        psycopg.connect(server.url("postgres"), connect_timeout=1).close()
    except psycopg.OperationalError:
        return not any(path.name == "postmaster.pid" and _alive(path) for path in server.data.iterdir())
    return False


def _alive(pid_file: Path) -> bool:
    pid = int(pid_file.read_text().splitlines()[0])
    return Path(f"/proc/{pid}").exists()
