"""Content outside the database: stored in a folder or a bucket, shared, and tidied beside those who still write."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.helpers.files import PDF
from tests.helpers.s3 import S3Server
from tests.helpers.stack import Stack, until
from tests.helpers.world import AT
from tracker.acting import acting
from tracker.models.assignment import Assignment
from tracker.models.evidence import Evidence
from tracker.models.unit import Unit
from tracker.rules.files import Upload
from tracker.rules.permissions import SYSTEM
from tracker.services.context import Context, EvidencePlace
from tracker.services.evidence import add, read, remove, tidy
from tracker.services.identity import actor_of
from tracker.store.content import BadEvidenceUrl, Contents, Missing, check_url, open_contents
from tracker.store.evidence import try_seize
from tracker.store.user import by_login

HEAD = "truong.p-yte"
# The clock of content is the machine's own: what was stored just now is a day old in the eyes of this moment.
DAY_LATER = datetime.now(UTC) + timedelta(hours=25)


@pytest.fixture
def at_once(app: Flask) -> Iterator[tuple[Session, Session]]:
    """Two connections to the same committed world."""
    engine = create_engine(app.config["SQLALCHEMY_DATABASE_URI"], poolclass=NullPool)
    with Session(engine) as uploading, Session(engine) as tidying:
        yield uploading, tidying


def committed(app: Flask, session: Session, login: str | None = None) -> Context:
    at = AT if login else DAY_LATER
    user = by_login(session, login) if login else None
    actor = actor_of(session, user, at) if user else SYSTEM
    place = app.extensions["settings"].evidence
    return Context(session, actor, at, "test", "http://test", "giao-viec@example.vn", evidence=place)


def add_committed(app: Flask, session: Session) -> Evidence:
    one = session.scalars(
        select(Assignment).join(Assignment.lead_unit).where(Unit.code == "p-yte").order_by(Assignment.id)
    ).first()
    assert one is not None
    return add(committed(app, session, HEAD), one.id, [Upload("Biên bản.pdf", BytesIO(PDF))])[0]


def test_an_uncommitted_attach_is_never_tidied_away(app: Flask, at_once: tuple[Session, Session]) -> None:
    """The content lies there, nameless and old, when somebody uploads it anew and somebody else tidies."""
    uploading, tidying = at_once
    add_committed(app, uploading)
    uploading.rollback()  # now it is nameless
    sha256 = add_committed(app, uploading).sha256
    assert tidy(committed(app, tidying)) == 0
    tidying.commit()
    uploading.commit()
    assert tidy(committed(app, tidying)) == 0
    assert b"".join(committed(app, tidying).contents.read(sha256)) == PDF


def test_an_attach_committed_while_tidying_is_seen(
    app: Flask, at_once: tuple[Session, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row was not there when the tidier looked first, and its lock was gone when the tidier asked for it."""
    uploading, tidying = at_once
    add_committed(app, uploading)

    def after_the_commit(session: Session, sha256: str) -> bool:
        uploading.commit()
        return try_seize(session, sha256)

    monkeypatch.setattr("tracker.store.evidence.try_seize", after_the_commit)
    assert tidy(committed(app, tidying)) == 0


def test_an_attach_waits_for_the_tidier_and_stores_anew(app: Flask, at_once: tuple[Session, Session]) -> None:
    uploading, tidying = at_once
    sha256 = add_committed(app, uploading).sha256
    uploading.rollback()
    ctx = committed(app, tidying)
    assert tidy(ctx) == 1  # deleted, and held until the tidier's transaction ends
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(lambda: add_committed(app, uploading).sha256)
        time.sleep(0.3)
        assert not waiting.done()
        tidying.commit()
        assert waiting.result(10) == sha256
    uploading.commit()
    assert b"".join(ctx.contents.read(sha256)) == PDF


HOLDER = """
import time
from io import BytesIO
from tracker.acting import acting
from tracker.app import create_app
from tracker.rules.files import Upload
from tracker.services.evidence import add
from tracker.services.identity import actor_of
from tracker.store.user import by_login
with create_app().app_context(), acting() as ctx:
    ctx.actor = actor_of(ctx.session, by_login(ctx.session, "truong.p-yte"), ctx.now)
    add(ctx, {one}, [Upload("a.pdf", BytesIO({content!r}))])
    print("STORED", flush=True)
    time.sleep(60)
"""


@pytest.mark.faults
def test_killed_between_storing_and_the_commit(app: Flask, database_url: str, tmp_path: Path) -> None:
    with app.app_context(), acting() as ctx:
        one = ctx.session.scalars(select(Assignment.id).join(Assignment.lead_unit).where(Unit.code == "p-yte")).first()
    with Stack(tmp_path, database_url, "redis://127.0.0.1:1/0", (tmp_path / "mail").as_uri()) as stack:
        stack.start("holder", command=[sys.executable, "-c", HOLDER.format(one=one, content=PDF)])
        assert until(lambda: "STORED" in stack.log("holder").read_text(), 30), stack.logs()
        os.kill(stack.children["holder"].pid, signal.SIGKILL)
        stack.children["holder"].wait()
        (orphan,) = (tmp_path / "evidence").glob("*/*")
        assert until(lambda: stack.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0)
        assert stack.value("SELECT count(*) FROM evidence") == 0
        with app.app_context(), acting() as ctx:
            ctx.evidence = EvidencePlace(stack.env["EVIDENCE_URL"])
            assert tidy(ctx) == 0  # younger than a day
        yesterday = time.time() - 25 * 3600
        os.utime(orphan, (yesterday, yesterday))
        assert "Đã xóa 1 " in stack.tracker("files", "tidy").stdout
        assert not orphan.exists()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with S3Server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture(params=["folder", "bucket", "bucket with a prefix"])
def contents(request: pytest.FixtureRequest, tmp_path: Path) -> Contents:
    if request.param == "folder":
        return open_contents((tmp_path / "Thư mục có dấu").as_uri())
    server: S3Server = request.getfixturevalue("s3")
    return open_contents(server.url("giao-viec" if "prefix" in request.param else ""), "key", "secret")


A, B = "aa" + "0" * 62, "bb" + "1" * 62


def test_content_in_a_folder_and_in_a_bucket(contents: Contents) -> None:
    contents.put(A, BytesIO(PDF))
    contents.put(A, BytesIO(b"never overwritten"))
    assert b"".join(contents.read(A)) == PDF
    contents.put(B, BytesIO(b"x" * 7_000_000))
    assert sum(map(len, contents.read(B))) == 7_000_000
    assert set(contents.older_than(DAY_LATER)) == {A, B}
    assert list(contents.older_than(datetime.now(UTC) - timedelta(hours=1))) == []
    contents.sweep(DAY_LATER)
    for name in (A, B, B):
        contents.delete(name)
    assert list(contents.older_than(DAY_LATER)) == []
    with pytest.raises(Missing):
        contents.read(A)


def test_the_whole_way_over_s3(app: Flask, at_once: tuple[Session, Session], s3: S3Server) -> None:
    place = EvidencePlace(s3.url("site"), "key", "secret")
    app.extensions["settings"] = app.extensions["settings"].model_copy(
        update={"evidence_url": place.url, "evidence_key": place.key, "evidence_secret": place.secret}
    )
    session, _ = at_once
    file = add_committed(app, session)
    assert b"".join(read(committed(app, session, "truong.p-ldtbxh"), file.id)[1]) == PDF
    assert tidy(committed(app, session)) == 0
    remove(committed(app, session, HEAD), file.id)
    assert tidy(committed(app, session)) == 1


@pytest.mark.parametrize("url", ["", "x", "file://host/a", "file:///", "s3://", "http://x", "s3://b?endpont=x",
                                 "s3://b?endpoint=ftp://x", "s3://b?endpoint"])  # fmt: skip
def test_a_wrong_address_of_the_store(url: str) -> None:
    with pytest.raises((BadEvidenceUrl, ValueError)):
        check_url(url)
