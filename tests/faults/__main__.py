"""The long form of `make test-faults`: thousands of mails while worker, broker and database are killed at random.

`python -m tests.faults [mails] [kills]`; writes docs/reliability.md and ends with 1 when a promise is broken.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_hex

import psycopg

from tests.helpers.smtp import Postman
from tests.helpers.stack import Stack
from tests.tasks.test_faults import _gone, _prepare
from tracker.config import ROOT
from tracker.local.postgres import PostgresServer
from tracker.local.valkey import ValkeyServer
from tracker.mail.message import new_message_id
from tracker.queue import Nudger
from tracker.services.context import DELIVER_MAIL

# Of four kills two are a worker's, one the broker's, one the database's.
TARGETS = ("worker", "worker", "broker", "database")
ROLLED_BACK = 3
PUT = """
    INSERT INTO outbox (kind, dedupe_key, message_id, to_address, to_name, subject, text_body, html_body, state)
    VALUES ('digest', %s, %s, 'truong@example.vn', 'Trưởng phòng', 'Thử', 'Thử.', '<p>Thử.</p>', 'queued')
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
        self.stack.start("worker")
        self.stack.start("beat")

    def kill(self, target: str) -> None:
        if target == "worker":
            self.stack.kill("worker")
            self.stack.start("worker")
            return
        server = self.database if target == "database" else self.broker
        assert server.process is not None
        server.process.kill()
        server.process.wait()
        if target == "broker":
            self.broker.start()
            return
        while not _gone(self.database):
            time.sleep(0.05)
        self.database.start()

    def close(self) -> None:
        self.stack.__exit__()
        self.broker.stop()
        self.database.stop()


def main() -> int:
    mails, kills = (int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else (10_000, 200)
    random.seed(20261120)
    targets = [TARGETS[n % len(TARGETS)] for n in range(kills)]
    random.shuffle(targets)
    committed: set[str] = set()
    with tempfile.TemporaryDirectory() as folder, Postman() as postman:
        place = Place(Path(folder), postman)
        nudger = Nudger(place.broker.url())
        try:
            for number, target in enumerate(targets, 1):
                _put(place, mails // kills, committed)
                with suppress(Exception):
                    nudger.nudge(DELIVER_MAIL)
                time.sleep(random.uniform(0.5, 3.0))
                place.kill(target)
                if number % 20 == 0:
                    print(f"{number} kills, {len(postman.ids())} of {len(committed)} mails arrived", flush=True)
            began = time.monotonic()
            while time.monotonic() - began < 300 and _left(place):
                time.sleep(0.5)
            backlog, left = time.monotonic() - began, _left(place)
            time.sleep(2)
            with psycopg.connect(place.database.url()) as connection:
                # The sweep of the day sends its own: they have a committed cause too.
                caused = {row[0] for row in connection.execute("SELECT message_id FROM outbox")}
        finally:
            place.close()
        seen = postman.ids()
    return _report(mails, kills, Counter(targets), committed, caused, seen, left, backlog)


def _put(place: Place, number: int, committed: set[str]) -> None:
    """Mails in the transaction of a cause, and a few whose cause is rolled back."""
    batch = [new_message_id("giao-viec@example.vn") for _ in range(number)]
    ghosts = [new_message_id("giao-viec@example.vn") for _ in range(ROLLED_BACK)]
    with psycopg.connect(place.database.url()) as connection, connection.cursor() as cursor:
        cursor.executemany(PUT, [(f"ghost:{one}", one) for one in ghosts])
        connection.rollback()
        cursor.executemany(PUT, [(f"fault:{one}", one) for one in batch])
    committed.update(batch)


def _left(place: Place) -> int:
    return place.stack.value("SELECT count(*) FROM outbox WHERE state <> 'sent'")


def _report(
    mails: int, kills: int, killed: Counter[str], committed: set[str], caused: set[str], seen: Counter[str],
    left: int, backlog: float,
) -> int:  # fmt: skip
    lost, ghosts = len(committed - seen.keys()), len(seen.keys() - caused)
    extra = sum(seen.values()) - len(seen)
    promises = [
        ("mails lost", str(lost), "0", lost == 0),
        ("mails without a committed cause", str(ghosts), "0", ghosts == 0),
        ("extra copies, each with the same Message-ID", str(extra), f"≤ {killed['worker'] + killed['database']},"
         f" one a killed sender, and ≤ {mails // 100}", extra <= min(mails // 100, kills)),
        ("left in the outbox", str(left), "0", left == 0),
        ("seconds until the backlog was gone after the last kill", f"{backlog:.0f}", "≤ 60", backlog <= 60),
    ]  # fmt: skip
    table = [
        f"| {what} | {found} | {wanted} | {'yes' if kept else '**no**'} |" for what, found, wanted, kept in promises
    ]
    head = (
        f"{len(committed):,} mails over {sum(killed.values())} times `kill -9` ({killed['worker']} of the worker,"
        f" {killed['broker']} of Valkey, {killed['database']} of PostgreSQL), to a real SMTP server, on"
        f" {date.today():%Y-%m-%d}:"
    )
    text = ROOT / "docs" / "reliability.md"
    before, mark, _ = text.read_text().partition("<!-- measured -->\n") if text.exists() else ("", "", "")
    mark = mark or "<!-- measured -->\n"
    lines = [head, "", "| what | found | promised | kept |", "|---|---:|---:|---|", *table, ""]
    text.write_text(before + mark + "\n".join(lines))
    print("\n".join(lines))
    return 0 if all(kept for *_rest, kept in promises) else 1


if __name__ == "__main__":
    sys.exit(main())
