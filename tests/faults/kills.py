"""Thousands of mails while worker, broker and database are killed at random, to a server that takes its time."""

import random
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import psutil
import psycopg

from tests.faults.table import Promise, Table, load
from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack, until
from tests.tasks.test_faults import _gone, _prepare
from tracker.local.postgres import PostgresServer
from tracker.local.valkey import ValkeyServer
from tracker.mail.message import new_message_id
from tracker.queue import Nudger
from tracker.services.context import DELIVER_MAIL

# Of four kills two are a worker's, one the broker's, one the database's.
TARGETS = ("worker", "worker", "broker", "database")
# Every so many kills it is not the process that sends but the whole worker, which takes seconds to come up again.
WHOLE = 8
# Of each batch, in a transaction that is not committed.
ROLLED_BACK = 3
# Seconds that the mail server takes before and after it has a letter: a batch is on its way for a good while.
SLOWLY = 0.001
# The share of all mails that waits when the last fault comes.
BACKLOG = 0.1
PUT = """
    INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body, html_body, state)
    VALUES ('fault', %s, %s, 'truong@example.vn', 'Trưởng phòng', 'Thử', 'Thử.', '<p>Thử.</p>', 'queued')
"""
# The sweep of the day runs meanwhile: its mails have their cause in the steps that were recorded with them.
CAUSED = """
    SELECT message_id, kind FROM outbox
    WHERE kind NOT IN ('digest', 'leader') OR EXISTS (SELECT FROM escalations WHERE outbox_id = outbox.id)
"""


class Place:
    """The servers and processes that are killed, and started again at once."""

    def __init__(self, folder: Path, postman: Postman) -> None:
        self.database = PostgresServer(folder / "postgres", folder / "postgres.log", token_hex(8))
        self.broker = ValkeyServer(folder / "valkey", folder / "valkey.log", token_hex(8))
        self.database.start()
        self.broker.start()
        self.stack = Stack(folder, self.database.url(), self.broker.url(), postman.url)
        _prepare(self.stack)
        with psycopg.connect(self.database.url()) as connection:
            connection.execute("TRUNCATE outbox CASCADE")
            connection.execute(
                "UPDATE programmes SET mail_hour = 0"
            )  # at any time of a working day the sweep sends too
        self.stack.start("worker")
        self.stack.start("beat")

    def kill(self, target: str, *, whole: bool) -> None:
        """Of a worker the process that sends, as when memory runs out; or with `whole` all of it."""
        if target == "worker" and not whole:
            for child in psutil.Process(self.stack.children["worker"].pid).children():
                child.kill()
            return
        if target == "worker":
            self.stack.kill("worker")
            self.stack.start("worker")
            return
        server = self.database if target == "database" else self.broker
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        if target == "database":
            assert until(lambda: _gone(self.database))
        server.start()

    def query(self, statement: str) -> list[tuple[str, ...]]:
        with psycopg.connect(self.database.url()) as connection:
            return connection.execute(statement.encode()).fetchall()

    def close(self) -> None:
        self.stack.__exit__()
        self.broker.stop()
        self.database.stop()


class Cause:
    """Puts mails in, each with the transaction of its cause, and remembers which were committed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.committed: set[str] = set()
        self.rolled_back: set[str] = set()

    def put(self, number: int) -> None:
        batch, ghosts = ([new_message_id("giao-viec@example.vn") for _ in range(n)] for n in (number, ROLLED_BACK))
        with psycopg.connect(self.place.database.url()) as connection, connection.cursor() as cursor:
            cursor.executemany(PUT, [(f"ghost:{one}", one) for one in ghosts])
            connection.rollback()
            cursor.executemany(PUT, [(f"fault:{one}", one) for one in batch])
        self.committed.update(batch)
        self.rolled_back.update(ghosts)


def kills(folder: Path, mails: int = 10_000, kills: int = 200) -> Table:
    random.seed(20261120)
    targets = [TARGETS[n % len(TARGETS)] for n in range(kills)]
    random.shuffle(targets)
    began, start = load(), time.monotonic()
    with Postman(slowly=SLOWLY, pipelining=True) as postman:
        place = Place(folder, postman)
        cause, nudger = Cause(place), Nudger(place.broker.url())
        each = int(mails * (1 - BACKLOG)) // (kills - 1)
        try:
            for number, target in enumerate(targets, 1):
                cause.put(each if number < kills else mails - each * (kills - 1))
                with suppress(Exception):
                    nudger.nudge(DELIVER_MAIL)
                # What is killed is at work, somewhere within the batch.
                enough = len(postman.letters) + random.randint(1, each)
                until(lambda enough=enough: len(postman.letters) >= enough, 20)  # type: ignore[misc]
                time.sleep(random.uniform(0, 0.05))
                place.kill(target, whole=number % WHOLE == 0)
                if number % 20 == 0:
                    print(f"{number} kills, {len(postman.ids())} of {len(cause.committed)} arrived", flush=True)
            last = time.monotonic()
            waiting = _left(place)
            until(lambda: _left(place) == 0, 300)
            backlog, left = time.monotonic() - last, _left(place)
            time.sleep(2)
            kinds = dict(place.query(CAUSED))
        finally:
            place.close()
        seen = postman.ids()
    killed = Counter(targets)
    digests = [one for one in seen if kinds.get(one) in ("digest", "leader")]
    extra = sum(seen.values()) - len(seen)
    whole = sum(target == "worker" and number % WHOLE == 0 for number, target in enumerate(targets, 1))
    senders = killed["worker"] + killed["database"]
    return Table(
        f"{mails:,} mails over {kills} kills",
        f"`kill -9` of the worker {killed['worker']} times ({whole} times all of it, else the process that sends), of"
        f" Valkey {killed['broker']}, of PostgreSQL {killed['database']}, each while letters were arriving, each"
        f" started again at once; a real SMTP server that takes {2 * SLOWLY * 1000:.0f} ms a letter;"
        f" {time.monotonic() - start:.0f} s in all; {began}, at the end {load()}. {waiting:,} mails waited after the"
        f" last fault. Beat and its sweep ran meanwhile: {len(digests)} digests more, each with its recorded steps.",
        [
            Promise("mails lost", len(cause.committed - seen.keys()), "0", most=0),
            Promise("letters of a transaction that was rolled back", len(cause.rolled_back & seen.keys()), "0", most=0),
            Promise("letters without a committed cause", len(seen.keys() - kinds.keys()), "0", most=0),
            Promise("extra copies", extra, f"≤ 1 a killed sender ({senders}), ≤ 1 % ({mails // 100})",
                    most=min(senders, mails // 100)),
            Promise("most copies of one letter, all with its Message-ID", max(seen.values()), "–"),
            Promise("left in the outbox", left, "0", most=0),
            Promise("seconds until the backlog was gone after the last kill", round(backlog), "≤ 60", most=60),
        ],
    )  # fmt: skip


def _left(place: Place) -> int:
    return place.stack.value("SELECT count(*) FROM outbox WHERE state <> 'sent'")
