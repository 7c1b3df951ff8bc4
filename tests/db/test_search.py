"""Search finds by every kind of word, ranks, and shows nobody what they may not see; SQL folds as Python does."""

import unicodedata
from collections.abc import Callable
from threading import Thread
from time import sleep

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.conftest import Act
from tests.db.test_assignment import HEAD, OFFICE
from tracker.models.assignment import Assignment
from tracker.rules.search import tsquery
from tracker.rules.text import fold
from tracker.services import assignment as verbs
from tracker.services.comment import comment
from tracker.services.update import update as write
from tracker.store.search import find

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậỳỷỹýỵĐƠƯÊ0123456789 .,-()“”'\u200e\u202e"
VIETNAMESE = st.text(alphabet=LETTERS, max_size=60)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(typed=VIETNAMESE, form=st.sampled_from(["NFC", "NFD"]))
def test_sql_folds_as_python_does(session: Session, typed: str, form: str) -> None:
    typed = unicodedata.normalize(form, typed)  # type: ignore[arg-type]
    assert session.scalar(select(func.fold(typed))) == fold(typed)


def ids(session: Session, typed: str, *, units: frozenset[int] | None = None) -> list[int]:
    found = find(session, tsquery(typed), programme_ids=None if units is None else [], unit_ids=units or [])
    return [row.id for row in found.rows]


def test_every_kind_of_word(session: Session, act: Act, one: Assignment) -> None:
    session.execute(update(Assignment).where(Assignment.id == one.id).values(text="Phòng, chống đuối nước ở hồ Đá Ong"))
    for typed in ("duoi nuoc", "ĐUỐI NƯỚC", unicodedata.normalize("NFD", "đuối nước"), '"hồ đá ong"', "da on"):
        assert one.id in ids(session, typed), typed
    assert one.id not in ids(session, '"ong đá"')
    write(act(HEAD), one.id, signal="on_track", text="Đã cắm mốc khuyến cáo")
    assert ids(session, "khuyen cao moc") == [one.id]
    verbs.submit(act(HEAD), one.id, result="Xây ba bể xyzbơi", done_on=act().today)
    assert ids(session, "xyzboi") == [one.id]
    comment(act(OFFICE), one.id, text="Nhắc zkhẩn trương")
    assert ids(session, "zkhan") == [one.id]


def test_the_text_counts_more_than_a_comment(session: Session, act: Act) -> None:
    first, second = session.scalars(select(Assignment).order_by(Assignment.id).limit(2))
    comment(act(OFFICE), second.id, text="zquần zđảo xa")
    first.text = "Thăm zquần zđảo"
    session.flush()
    assert ids(session, "zquan zdao")[:2] == [first.id, second.id]


def test_nobody_finds_what_they_may_not_see(session: Session, act: Act, one: Assignment) -> None:
    session.execute(update(Assignment).where(Assignment.id == one.id).values(text="Từ hiếm qwxz"))
    head, stranger = act(HEAD).actor, act("truong.p-tuphap").actor
    assert ids(session, "qwxz", units=head.units) == [one.id]
    assert ids(session, "qwxz", units=stranger.units) == []
    assert ids(session, f"qwxz unit{one.lead_unit_id}", units=stranger.units) == []
    # A mark that somebody wrote opens nothing.
    comment(act(HEAD), one.id, text=f"unit{min(stranger.units)} qwxz")
    assert ids(session, "qwxz", units=stranger.units) == []
    assert find(session, "qwxz", programme_ids=[one.programme_id], unit_ids=[]).total == 1
    assert find(session, "qwxz", programme_ids=[], unit_ids=[]).total == 0


RENAME = "UPDATE units SET name = 'Phòng zmới' WHERE code = 'p-yte'"
COMMENT = (
    "INSERT INTO comments (assignment_id, author_id, text, created_at) SELECT min(a.id), min(p.user_id), 'zlời', now()"
    " FROM assignments a JOIN units u ON u.id = a.lead_unit_id JOIN posts p ON p.unit_id = u.id WHERE u.code = 'p-yte'"
)


@pytest.mark.parametrize(("first", "second"), [(RENAME, COMMENT), (COMMENT, RENAME)])
def test_words_of_two_writers_are_both_kept(database_url: str, first: str, second: str) -> None:
    """The second waits for the first's end, and then reads what the first wrote."""
    with psycopg.connect(database_url) as one, psycopg.connect(database_url) as other:
        one.execute(first.encode())
        waiting = Thread(target=other.execute, args=(second.encode(),))
        waiting.start()
        until(lambda: blocked(database_url) == 1)
        one.commit()
        waiting.join(10)
        assert not waiting.is_alive()
        other.commit()
    with psycopg.connect(database_url) as connection:
        asked = "SELECT count(*) FROM search_documents WHERE words @@ to_tsquery('simple', 'zmoi & zloi')"
        assert connection.execute(asked.encode()).fetchone() == (1,)


def blocked(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
    return int(found[0]) if found else 0


def until(true: Callable[[], bool]) -> None:
    for _ in range(500):
        if true():
            return
        sleep(0.02)
    raise AssertionError("waited for ten seconds")
