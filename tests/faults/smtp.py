"""A mail server that misbehaves in every way: what arrives, what is shown, and that nothing is lost.

Minutes pass by shifting the rows of the outbox, not by waiting: pauses are counted from the database's clock.
"""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from unittest.mock import patch

import psycopg
from flask import Flask
from flask_migrate import upgrade

from tests.faults.table import Promise, Table, load
from tests.helpers.smtp import Postman, doorkeeper
from tests.helpers.world import make_settings
from tests.tasks.test_delivery import put
from tracker.acting import acting
from tracker.app import create_app
from tracker.delivery import deliver_due
from tracker.extensions import db
from tracker.local.postgres import PostgresServer
from tracker.mail.smtp import WHOLE_TRY_WITHIN

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the server tells each handshake that fails, at length
A_MINUTE = """
    UPDATE outbox SET not_before = not_before - interval '1 minute', created_at = created_at - interval '1 minute'
    WHERE state = 'queued'
"""
PATIENT = 240  # minutes after which whatever still waits counts as lost
REFUSED = "khong-co@example.vn"
# Seconds in which a try must end while the tarpit lasts; 50 in life.
SCALED = 0.2


@dataclass(frozen=True)
class Found:
    """`lost`: neither arrived nor shown with a reason. `minutes`: after the server was mended, until the last."""

    mails: int
    lost: int
    extra: int
    failed: int
    uncertain: int
    minutes: int

    def __str__(self) -> str:
        return f"{self.lost} / {self.extra} / {self.failed} / {self.uncertain}"


class Trouble:
    """One outbox, one kind of trouble after the other."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url

    def run(
        self,
        postman: Postman,
        mails: int,
        *,
        during: str = "",
        minutes: int = 0,
        refused: int = 0,
        patient: AbstractContextManager[object] | None = None,
    ) -> Found:
        """Puts mails in, tries for so many minutes at the URL `during`, then at the postman's until all is settled."""
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE outbox CASCADE")
        ids = put(self.url, mails - refused) + put(self.url, refused, REFUSED)
        with patient or nullcontext():
            for _minute in range(minutes):
                self._deliver(during or postman.url)
        for phase in ("MAIL", "RCPT"):
            postman.replies.pop(phase, None)
        waited = 0
        while self._waiting() and waited < PATIENT:
            self._deliver(postman.url)
            waited += 1
        seen = postman.ids()
        with psycopg.connect(self.url) as connection:
            state = dict(connection.execute("SELECT message_id, state FROM outbox").fetchall())
            told = {
                row[0]
                for row in connection.execute(
                    "SELECT o.message_id FROM outbox o JOIN mail_tries t ON t.outbox_id = o.id WHERE t.detail <> ''"
                )
            }
        shown = {one for one, what in state.items() if what in ("failed", "uncertain") and one in told}
        counted = Counter(state.values())
        return Found(
            mails,
            len(set(ids) - seen.keys() - shown),
            sum(seen.values()) - len(seen),
            counted["failed"],
            counted["uncertain"],
            waited,
        )

    def _deliver(self, mail_url: str) -> None:
        """All that is due in this minute; then the next one comes."""
        with self.app.app_context():
            while deliver_due(mail_url, acting):
                pass
        with psycopg.connect(self.url) as connection:
            connection.execute(A_MINUTE)

    def _waiting(self) -> bool:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')").fetchone()
            return row != (0,)


def refusing(trouble: Trouble, mails: int) -> Found:
    with Postman(pipelining=True) as postman:
        postman.replies["MAIL"] = "421 4.3.2 too busy, come back later"
        return trouble.run(postman, mails, minutes=30)


def five_percent(trouble: Trouble, mails: int) -> Found:
    with Postman(pipelining=True) as postman:
        postman.refused.add(REFUSED)
        return trouble.run(postman, mails, refused=mails // 20)


def tarpit(trouble: Trouble, mails: int) -> Found:
    """It greets for ever, a byte now and then."""
    with Postman() as postman, doorkeeper(b"220-", drip=b"x") as url:
        patient = patch("tracker.mail.smtp.WHOLE_TRY_WITHIN", SCALED)
        return trouble.run(postman, mails, during=url, minutes=1, patient=patient)


def without_trust(trouble: Trouble, mails: int) -> Found:
    """TLS with a certificate that nobody knows; then the setting is mended."""
    with Postman(certificate=True) as other, Postman() as postman:
        return trouble.run(postman, mails, during=f"{other.url}?starttls=1", minutes=1)


def hanging_up(trouble: Trouble, mails: int) -> Found:
    """Before it has the letter: nothing is uncertain."""
    with Postman() as other, Postman() as postman:
        other.drops.add("RCPT")
        return trouble.run(postman, mails, during=other.url, minutes=1)


def reset_after_data(trouble: Trouble, mails: int) -> Found:
    """It takes every letter and never says so."""
    with Postman(pipelining=True) as postman:
        postman.drops.add("DATA")
        return trouble.run(postman, mails)


# What must be found: lost / extra copies / shown as failed / shown as uncertain.
KINDS: list[tuple[str, Callable[[Trouble, int], Found], Callable[[int], str]]] = [
    ("SMTP 421 for 30 minutes", refusing, lambda mails: "0 / 0 / 0 / 0"),
    ("SMTP 550 for 5 %", five_percent, lambda mails: f"0 / 0 / {mails // 20} / 0"),
    ("a tarpit", tarpit, lambda mails: "0 / 0 / 0 / 0"),
    ("TLS that cannot be trusted", without_trust, lambda mails: "0 / 0 / 0 / 0"),
    ("a reset before the letter is over", hanging_up, lambda mails: "0 / 0 / 0 / 0"),
    # Once more with the same Message-ID, never a third time.
    ("a reset after DATA", reset_after_data, lambda mails: f"0 / {mails} / 0 / {mails}"),
]


def smtp(folder: Path, mails: int = 1_000) -> Table:
    server = PostgresServer(folder / "postgres", folder / "postgres.log", token_hex(8))
    server.start()
    began = load()
    try:
        app = create_app(make_settings(server.url(), "redis://127.0.0.1:1/0", folder.as_uri(), rate_limits=False))
        with app.app_context():
            upgrade()
        trouble = Trouble(app, server.url())
        promises = []
        for what, happens, wanted in KINDS:
            number = min(mails, 100) if happens is tarpit else mails  # each waits until the try is over
            found = happens(trouble, number)
            print(what, found, flush=True)
            name = f"{what}, {number:,} mails; the last {found.minutes} minutes after it was mended"
            promises.append(Promise(name, str(found), wanted(number), exactly=True))
        with app.app_context():
            db.engine.dispose()
    finally:
        server.stop()
    return Table(
        "A mail server that misbehaves",
        "A real SMTP server and a real outbox; minutes pass by shifting the rows' times, and in the tarpit a try ends"
        f" after {SCALED} s instead of {WHOLE_TRY_WITHIN:.0f}. Found and promised: lost / extra copies /"
        f" shown as failed with the server's words / shown as uncertain. {began.capitalize()}.",
        promises,
    )
