"""Files on assignments: who, when, all or none; and content that is neither lost nor left behind."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.helpers.files import PDF, PNG, docx
from tests.helpers.world import AT
from tracker.local.process import free_port
from tracker.models.assignment import Assignment, Round, Update
from tracker.models.audit import AuditEvent
from tracker.models.evidence import Evidence
from tracker.models.unit import Unit
from tracker.rules.errors import IllegalMove, Invalid, NotAllowed, NotFound
from tracker.rules.files import Upload
from tracker.services import assignment as verbs
from tracker.services.context import Context, EvidencePlace
from tracker.services.evidence import add, attach, read, remove, tidy
from tracker.store.content import Unreachable
from tracker.store.evidence import evidence_of, has_evidence

HEAD, OFFICER, OFFICE, STRANGER = "truong.p-yte", "canbo.p-yte", "truong.p-ldtbxh", "truong.p-tuphap"
# The clock of files is the machine's own: what was stored just now is a day old in the eyes of this moment.
DAY_LATER = datetime.now(UTC) + timedelta(hours=25)
A, B = "aa" + "0" * 62, "bb" + "1" * 62

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
