"""The mails of a simulated November, to be read: `python -m tests.mail.november <folder>`.

The real Tân Yên programme in a PostgreSQL of its own. Writes each mail as text and HTML, a page of all of them and the
table of docs/reliability.md.
"""

import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from secrets import token_hex

from flask_migrate import upgrade
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tests.helpers.links import KEY
from tests.helpers.month import Month, Posted
from tests.helpers.world import AT, build_world, make_settings
from tracker.acting import acting
from tracker.app import create_app
from tracker.extensions import db
from tracker.local.postgres import UNSAFE_BUT_FAST, PostgresServer
from tracker.rules.permissions import SYSTEM
from tracker.services.context import Context
from tracker.services.identity import actor_of
from tracker.store.user import by_login


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    posted = simulate()
    for number, one in enumerate(posted, 1):
        stem = f"{number:04}-{one.on:%m%d}-{one.kind}-{one.login}"
        (folder / f"{stem}.txt").write_text(f"{one.subject}\n\n{one.text}")
        (folder / f"{stem}.html").write_text(one.html)
    (folder / "index.html").write_text(index(posted))
    print(table(posted))


def simulate() -> list[Posted]:
    with tempfile.TemporaryDirectory() as place:
        server = PostgresServer(Path(place) / "postgres", Path(place) / "postgres.log", token_hex(8), UNSAFE_BUT_FAST)
        server.start("november")
        try:
            app = create_app(make_settings(server.url("november"), "redis://127.0.0.1:1/0", Path(place).as_uri()))
            with app.app_context():
                upgrade()
                with acting(now=AT) as ctx:
                    build_world(ctx)
                    ctx.nudges.clear()
                db.engine.dispose()
            engine = create_engine(server.url("november").replace("postgresql://", "postgresql+psycopg://"))
            with Session(engine) as session:
                posted = Month(session, _acting_on(session)).live()
                session.commit()
            engine.dispose()
        finally:
            server.stop()
    return posted


def _acting_on(session: Session):  # type: ignore[no-untyped-def]
    def make(login: str | None = None, *, at: datetime) -> Context:
        actor = SYSTEM
        if login is not None:
            user = by_login(session, login)
            assert user is not None, login
            actor = actor_of(session, user, at)
        return Context(
            session, actor, at, "november", "https://giaoviec.example.vn", "giao-viec@example.vn", link_key=KEY
        )

    return make


def index(posted: Sequence[Posted]) -> str:
    rows = "".join(
        f"<tr><td>{one.on:%d/%m}</td><td>{one.kind}</td><td>{escape(one.to_name)}</td><td>{escape(one.subject)}</td></tr>"
        for one in posted
    )
    return f"<!doctype html><meta charset=utf-8><table>{rows}</table>"


def lines_of(one: Posted) -> int:
    """Assignments that a mail tells of one by one."""
    return len(re.findall(r"\bmục [IVX]+\.", one.text))


def table(posted: Sequence[Posted]) -> str:
    """Per role: people, mails of one of them in the month, and how long they are."""
    of_role: dict[str, dict[str, list[Posted]]] = defaultdict(lambda: defaultdict(list))
    for one in posted:
        of_role[one.role][one.login].append(one)
    found = [
        "| who | people | mails in the month | of one person: median (most) | digests and leader's mails of one, most"
        " | assignments in a mail: median (most) | longest text, lines |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for role, people in sorted(of_role.items(), key=lambda one: -len(one[1])):
        mails = sorted(len(own) for own in people.values())
        everything = [one for own in people.values() for one in own]
        lines = sorted(lines_of(one) for one in everything)
        regular = max(sum(one.kind in ("digest", "leader") for one in own) for own in people.values())
        longest = max(len(one.text.splitlines()) for one in everything)
        found.append(
            f"| {role} | {len(people)} | {len(everything)} | {mails[len(mails) // 2]} ({mails[-1]}) | {regular}"
            f" | {lines[len(lines) // 2]} ({lines[-1]}) | {longest} |"
        )
    return "\n".join(found)


if __name__ == "__main__":
    main()
