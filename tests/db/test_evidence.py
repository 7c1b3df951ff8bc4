"""Files on assignments: who, when, all or none; and content that is neither lost nor left behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tests.conftest import Act
from tests.helpers.files import PDF, PNG, docx
from tests.helpers.s3 import S3Server
from tests.helpers.stack import Stack, until
from tests.helpers.world import AT
from tracker.acting import acting
from tracker.local.process import free_port
from tracker.models.assignment import Assignment, Round, Update
from tracker.models.audit import AuditEvent
from tracker.models.evidence import Evidence
from tracker.models.unit import Unit
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.files import Upload
from tracker.rules.permissions import SYSTEM
from tracker.services import assignment as verbs
from tracker.services.context import Context, EvidencePlace
from tracker.services.evidence import add, attach, read, remove, tidy
from tracker.services.identity import actor_of
from tracker.store.content import BadEvidenceUrl, Contents, Missing, Unreachable, check_url, open_contents
from tracker.store.evidence import evidence_of, has_evidence, try_seize
from tracker.store.user import by_login

HEAD, OFFICER, OFFICE, STRANGER = "truong.p-yte", "canbo.p-yte", "truong.p-ldtbxh", "truong.p-tuphap"
# The clock of files is the machine's own: what was stored just now is a day old in the eyes of this moment.
DAY_LATER = datetime.now(UTC) + timedelta(hours=25)

Do = Callable[..., Context]


@pytest.fixture
def place(tmp_path: Path) -> EvidencePlace:
    return EvidencePlace((tmp_path / "evidence").as_uri())


@pytest.fixture
def do(act: Act, place: EvidencePlace) -> Do:
    """`act` with a folder of its own for content."""

    def make(login: str | None = None, *, at: datetime = AT) -> Context:
        ctx = act(login, at=at)
        ctx.evidence = place
        return ctx

    return make


@pytest.fixture
def one(session: Session, do: Do) -> Assignment:
    unit = session.scalars(select(Unit).where(Unit.code == "p-yte")).one()
    query = select(Assignment).where(Assignment.lead_unit_id == unit.id).order_by(Assignment.id)
    found = session.scalars(query).first()
    assert found is not None
    verbs.accept(do(HEAD), found.id)
    return found


def upload(content: bytes = PDF, name: str = "Biên bản.pdf") -> Upload:
    return Upload(name, BytesIO(content))


def stored(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "evidence").glob("*/*"))


def content_of(ctx: Context, id_: int) -> bytes:
    return b"".join(read(ctx, id_)[1])


def test_files_come_with_an_update_or_a_round(session: Session, do: Do, one: Assignment) -> None:
    ctx = do(HEAD)
    update = Update(
        assignment_id=one.id, author_id=ctx.actor.user_id, signal="on_track", text="Có ảnh", created_at=ctx.now
    )
    session.add(update)
    files = attach(ctx, one, [upload(), upload(docx(), "Kế hoạch.docx")], update=update)
    assert {file.update_id for file in files} == {update.id}
    verbs.submit(ctx, one.id, result="Xong", done_on=AT.date())
    round_ = session.scalars(select(Round).where(Round.assignment_id == one.id)).one()
    assert attach(ctx, one, [upload(PNG, "a.png")], round_=round_)[0].round_id == round_.id
    assert {file.name for file in evidence_of(session, one.id)} == {"Biên bản.pdf", "Kế hoạch.docx", "a.png"}
    assert content_of(do(OFFICE), files[0].id) == PDF
    events = session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "evidence")).all()
    assert [event.verb for event in events] == ["attach"] * 3
    assert events[0].data["name"] == "Biên bản.pdf"


def test_all_or_none(session: Session, do: Do, one: Assignment, tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        add(do(HEAD), one.id, [upload(), upload(b"MZ", "a.pdf")])
    with pytest.raises(Invalid, match="tối đa 10 tệp"):
        add(do(HEAD), one.id, [upload()] * 11)
    with pytest.raises(Invalid, match="ít nhất một tệp"):
        add(do(HEAD), one.id, [])
    assert stored(tmp_path) == []
    assert evidence_of(session, one.id) == []


def test_who_may_add_read_and_remove(session: Session, do: Do, one: Assignment) -> None:
    (file,) = add(do(OFFICER), one.id, [upload()])
    for login in (HEAD, OFFICE, "truong.ubnd-huyen", "kiemtoan"):
        assert content_of(do(login), file.id) == PDF
    for verb in (read, remove):
        with pytest.raises(NotFound) as hidden:
            verb(do(STRANGER), file.id)
        with pytest.raises(NotFound) as absent:
            verb(do(STRANGER), 999_999)
        assert str(hidden.value) == str(absent.value)
    with pytest.raises(NotFound):
        add(do(STRANGER), one.id, [upload()])
    for login in (OFFICE, "kiemtoan"):
        with pytest.raises(NotAllowed):
            add(do(login), one.id, [upload()])
    for login in (HEAD, OFFICE):
        with pytest.raises(NotAllowed):
            remove(do(login), file.id)
    with pytest.raises(IllegalMove):
        remove(do(OFFICER, at=AT + timedelta(minutes=11)), file.id)
    remove(do(OFFICER, at=AT + timedelta(minutes=9)), file.id)
    for verb in (read, remove):
        with pytest.raises(NotFound):
            verb(do(OFFICER), file.id)
    verbs.submit(do(HEAD), one.id, result="Xong", done_on=AT.date())
    with pytest.raises(IllegalMove):
        add(do(HEAD), one.id, [upload()])


def test_the_right_to_read_is_asked_each_time(session: Session, do: Do, one: Assignment) -> None:
    (file,) = add(do(HEAD), one.id, [upload()])
    one.lead_unit_id = session.scalars(select(Unit.id).where(Unit.code == "p-tuphap")).one()
    session.flush()
    assert content_of(do(STRANGER), file.id) == PDF
    with pytest.raises(NotFound):
        read(do(HEAD), file.id)


def test_what_counts_for_a_submission(session: Session, do: Do, one: Assignment) -> None:
    later = AT + timedelta(days=2)
    assert not has_evidence(session, one.id)
    (file,) = add(do(HEAD), one.id, [upload()])
    assert has_evidence(session, one.id)
    remove(do(HEAD), file.id)
    assert not has_evidence(session, one.id)
    update = Update(
        assignment_id=one.id, author_id=do(HEAD).actor.user_id, signal="on_track", text="Có ảnh", created_at=AT
    )
    session.add(update)
    attach(do(HEAD), one, [upload()], update=update)
    assert has_evidence(session, one.id)
    update.undone_at = AT
    assert not has_evidence(session, one.id)
    add(do(HEAD), one.id, [upload()])
    verbs.submit(do(HEAD), one.id, result="Xong", done_on=AT.date())
    verbs.return_(do(OFFICE, at=later), one.id, reason="Ảnh mờ")
    assert not has_evidence(session, one.id)
    add(do(HEAD, at=later + timedelta(hours=1)), one.id, [upload()])
    assert has_evidence(session, one.id)


def test_the_only_file_of_a_submission_that_needs_one_stays(session: Session, do: Do, one: Assignment) -> None:
    one.evidence_required = True
    first, second = add(do(HEAD), one.id, [upload(), upload(PNG, "a.png")])
    verbs.submit(do(HEAD), one.id, result="Xong", done_on=AT.date())
    remove(do(HEAD), first.id)
    with pytest.raises(IllegalMove, match="tệp duy nhất"):
        remove(do(HEAD), second.id)


def test_two_people_share_one_content(session: Session, do: Do, one: Assignment, tmp_path: Path) -> None:
    (mine,) = add(do(HEAD), one.id, [upload()])
    (yours,) = add(do(OFFICER), one.id, [upload(name="Bản của tôi.pdf")])
    assert stored(tmp_path) == [mine.sha256] == [yours.sha256]
    remove(do(HEAD), mine.id)
    assert tidy(do(at=DAY_LATER)) == 0
    assert content_of(do(HEAD), yours.id) == PDF
    remove(do(OFFICER), yours.id)
    yours.removed_at = DAY_LATER - timedelta(hours=1)  # removed lately: kept a day longer
    session.flush()
    assert tidy(do(at=DAY_LATER)) == 0
    assert tidy(do(at=DAY_LATER + timedelta(days=1))) == 1
    assert stored(tmp_path) == []
    assert session.scalars(select(Evidence.removed_at).where(Evidence.assignment_id == one.id)).all().count(None) == 0


def test_a_rollback_loses_nothing_and_leaves_nothing(session: Session, do: Do, one: Assignment, tmp_path: Path) -> None:
    (kept,) = add(do(HEAD), one.id, [upload(PNG, "a.png")])
    session.commit()
    add(do(HEAD), one.id, [upload(), upload(PNG, "a.png")])
    session.rollback()
    assert len(stored(tmp_path)) == 2
    assert tidy(do(at=datetime.now(UTC) + timedelta(hours=23))) == 0  # its transaction might still be under way
    assert tidy(do(at=DAY_LATER)) == 1
    assert stored(tmp_path) == [kept.sha256]
    assert content_of(do(HEAD), kept.id) == PNG


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
    one = session.scalars(select(Assignment).join(Unit).where(Unit.code == "p-yte").order_by(Assignment.id)).first()
    assert one is not None
    return add(committed(app, session, HEAD), one.id, [upload()])[0]


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
        one = ctx.session.scalars(select(Assignment.id).join(Unit).where(Unit.code == "p-yte")).first()
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


def test_the_whole_way_over_s3(session: Session, do: Do, one: Assignment, s3: S3Server) -> None:
    def with_s3(login: str | None = None, at: datetime = AT) -> Context:
        ctx = do(login, at=at)
        ctx.evidence = EvidencePlace(s3.url("site"), "key", "secret")
        return ctx

    (file,) = add(with_s3(HEAD), one.id, [upload()])
    assert content_of(with_s3(OFFICE), file.id) == PDF
    assert tidy(with_s3(at=DAY_LATER)) == 0
    remove(with_s3(HEAD), file.id)
    assert tidy(with_s3(at=DAY_LATER)) == 1


def test_a_store_that_does_not_answer(session: Session, do: Do, one: Assignment) -> None:
    place = EvidencePlace(f"s3://evidence?endpoint=http://127.0.0.1:{free_port()}", "key", "secret")
    ctx = do(HEAD)
    ctx.evidence = place
    started = time.perf_counter()
    with pytest.raises(Invalid, match="chưa có gì được lưu"):
        add(ctx, one.id, [upload()])
    with pytest.raises(Unreachable):
        tidy(ctx)
    assert time.perf_counter() - started < 10
    session.add(_row(one, ctx))
    session.flush()
    with pytest.raises(NotFound, match="báo quản trị"):
        read(ctx, session.scalars(select(Evidence.id)).one())


def _row(one: Assignment, ctx: Context) -> Evidence:
    return Evidence(
        assignment_id=one.id, sha256=A, name="a.pdf", media_type="application/pdf", size=1, added_at=ctx.now,
        added_by_id=ctx.actor.user_id,
    )  # fmt: skip


def test_a_folder_keeps_to_itself_and_deletes_only_its_own(session: Session, do: Do, tmp_path: Path) -> None:
    do().contents.put(A, BytesIO(PDF))
    folder = tmp_path / "evidence"
    assert folder.stat().st_mode & 0o777 == 0o700
    foreign = folder / "khác" / "quan-trong.txt"
    foreign.parent.mkdir()
    foreign.write_text("của người khác")
    misplaced = folder / "aa" / B
    misplaced.write_text("x")
    draft = folder / "aa" / f"{A}#1"  # of a writer that was killed
    draft.write_text("x")
    assert tidy(do(at=datetime.now(UTC))) == 0
    assert draft.exists()
    assert tidy(do(at=DAY_LATER)) == 1
    assert foreign.exists()
    assert misplaced.exists()
    assert not draft.exists()


@pytest.mark.parametrize("url", ["", "x", "file://host/a", "file:///", "s3://", "http://x", "s3://b?endpont=x",
                                 "s3://b?endpoint=ftp://x", "s3://b?endpoint"])  # fmt: skip
def test_a_wrong_address_of_the_store(url: str) -> None:
    with pytest.raises((BadEvidenceUrl, ValueError)):
        check_url(url)
