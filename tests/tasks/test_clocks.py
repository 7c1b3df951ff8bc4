"""Clocks that jump a day either way, two beats and three workers: nothing twice, no storm, nothing missed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest
import redis
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_sweep import morning
from tests.helpers.smtp import Postman
from tests.helpers.stack import PYTHON, Stack, until
from tests.tasks.test_faults import ALL, UNSENT, _leave
from tracker.local.valkey import ValkeyServer
from tracker.rules.calendar import LOCAL
from tracker.services.escalation import sweep

DAY = timedelta(days=1)
FIRED = text("""
    SELECT assignment_id, due_on, role, recipient_id, max(step_offset), count(*) - count(DISTINCT step_offset)
    FROM escalations GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
""")
DIGESTS = text("SELECT recipient_id, dedupe_key FROM outbox WHERE kind IN ('digest', 'leader')")
EMPTY = (
    "DELETE FROM escalations",
    "DELETE FROM mail_links",
    "DELETE FROM outbox",
    "UPDATE upcoming_steps SET step_on = '0001-01-01'",
)


@pytest.mark.parametrize("seed", range(4))
def test_sweeps_under_a_clock_that_jumps(session: Session, act: Act, seed: int) -> None:
    """Three weeks swept on the hour, and between each two days by clocks that are a day before or behind."""
    chance = Random(seed)
    days = [morning("2026-11-10") + n * DAY for n in range(22)]
    for day in days:
        sweep(act(at=day))
    wanted = session.execute(FIRED).all()
    assert len(wanted) > 50
    for statement in EMPTY:
        session.execute(text(statement))
    seen: set[str] = set()
    days_seen = set()
    for day in days:
        moments = [day, *(day + chance.choice([-DAY, DAY]) for _ in range(chance.randint(0, 3)))]
        chance.shuffle(moments)
        for moment in moments:
            sweep(act(at=moment))
            keys = {key for _person, key in session.execute(DIGESTS)}
            people = [key.rpartition(":")[0] for key in keys - seen]
            assert len(people) == len(set(people)), "a storm: two mails of a kind for one person in one sweep"
            days_seen.add(moment.date())
            seen = keys
    # The key names person and day, so that this is one a person for each day that a clock has shown.
    assert {key.split(":")[2] for key in seen} <= {day.isoformat() for day in days_seen}
    # The last step that each had to get, each once. A role may hear a step a day early: a clock can do no more.
    assert [row[:5] for row in session.execute(FIRED)] == [row[:5] for row in wanted]
    assert all(row[5] == 0 for row in session.execute(FIRED))


@pytest.fixture
def stack(database_url: str, valkey: ValkeyServer, postman: Postman, tmp_path: Path) -> Iterator[Stack]:
    _leave(database_url, 6)
    with redis.Redis.from_url(valkey.url()) as broker:
        broker.flushall()
    with Stack(tmp_path, database_url, valkey.url(), postman.url) as stack:
        yield stack


@pytest.fixture
def postman() -> Iterator[Postman]:
    with Postman() as postman:
        yield postman


# Moves what `datetime.now` says in every module that asks it, before Celery's own have been loaded.
SHIFTED = """
import datetime as real, sys
from datetime import timedelta
shift = timedelta(days=float(sys.argv.pop(1)))
class Shifted(real.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + shift
real.datetime = Shifted
from tasks.schedule import SCHEDULE
for name in ("sweep", "deliver-mail"): SCHEDULE[name]["schedule"] = 1.0
from tasks.celery_app import app
app.start(sys.argv[1:])
"""


@pytest.mark.faults
def test_two_beats_and_three_workers_with_clocks_of_their_own(stack: Stack, postman: Postman) -> None:
    """One worker is a day ahead and one a day behind; so is one of the beats."""
    today = datetime.now(LOCAL).date()
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("UPDATE programmes SET mail_hour = 0")
        connection.execute("UPDATE assignments SET due_on = %s, nominal_due_on = %s", (today - 3 * DAY,) * 2)
        for n in range(-2, 4):  # working days, or a weekend would keep the test quiet
            connection.execute(
                "INSERT INTO day_overrides VALUES (%s, true, '') ON CONFLICT (day) DO UPDATE SET is_working = true",
                (today + n * DAY,),
            )
    arguments = ["--concurrency", "1", "--without-gossip", "--without-mingle", "-l", "INFO"]
    for name, shift in (("worker", 0), ("ahead", 1), ("behind", -1)):
        command = [PYTHON[0], "-c", SHIFTED, str(shift), "worker", *arguments, "--hostname", name]
        stack.start(name, command=command)
    for name, shift in (("beat", 0), ("beat-ahead", 1)):
        stack.start(name, command=[PYTHON[0], "-c", SHIFTED, str(shift), "beat", "-l", "INFO", "--pidfile", ""])
    ran = "Task tasks.escalation.sweep"
    logs = [stack.log(name) for name in ("worker", "ahead", "behind")]
    assert until(lambda: all(log.read_text().count(ran) > 4 for log in logs if log.exists()), 60), stack.logs()
    assert until(lambda: stack.value(ALL) > 0 and stack.value(UNSENT) == 0, 30), stack.logs()
    with psycopg.connect(stack.database_url) as connection:
        fired = connection.execute(
            "SELECT count(*), count(DISTINCT (assignment_id, due_on, step_offset, role, recipient_id)),"
            " count(DISTINCT (fired_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) FROM escalations"
        ).fetchone()
        digests = connection.execute("SELECT max(n) FROM (SELECT count(*) n FROM outbox GROUP BY dedupe_key) x")
        assert fired is not None
        assert fired[0] == fired[1] > 0
        assert digests.fetchone() == (1,)
        a_day = connection.execute("SELECT max(n) FROM (SELECT count(*) n FROM outbox GROUP BY recipient_id) x")
        most = a_day.fetchone()
        assert most is not None
        assert most[0] <= 3  # one for each day that some clock shows, whoever sweeps however often
        wanted = {row[0] for row in connection.execute("SELECT message_id FROM outbox")}
    assert postman.ids() == dict.fromkeys(wanted, 1)
