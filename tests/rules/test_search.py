"""What people type becomes a question that finds and never breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.search import marks, terms_of, tsquery
from tracker.rules.text import fold, letters


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("Dinh dưỡng", "dinh & duong:*"),
        ("đuối nước ", "duoi & nuoc"),
        ("ĐUỐI", "duoi:*"),
        ("thuỷ thủy", "thuy:*"),
        ('"chăm sóc" trẻ', "(cham <-> soc) & tre:*"),
        ('"chăm sóc', "(cham <-> soc)"),
        ("IV.1.3", "iv & 1 & 3:*"),
        ("  ", ""),
        ("& | ! :* ' \\", ""),
        ('""', ""),
    ],
)
def test_questions(typed: str, question: str) -> None:
    assert tsquery(typed) == question


@given(st.text(max_size=400))
def test_nothing_typed_gets_out_of_its_words(typed: str) -> None:
    assert set(tsquery(typed)) <= set("abcdefghijklmnopqrstuvwxyz0123456789 &<->():*")
    assert len(terms_of(typed)) <= 12


def marked(text: str, typed: str) -> list[str]:
    return [text[begin:end] for begin, end in marks(text, terms_of(typed))]


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("Chăm sóc, dinh dưỡng trẻ em", "cham soc ", ["Chăm", "sóc"]),
        ("dinh dưỡng; DƯỠNG ĐƯỜNG", "dinh dư", ["dinh", "dư", "DƯ", "ĐƯ"]),
        ("trên, trẻ, tre", "tre ", ["trẻ", "tre"]),
        ("phòng chống đuối nước\n(đuối", "đuối nước ", ["đuối", "nước", "đuối"]),
        ("chăm sóc sức khỏe, sóc chăm", '"chăm sóc"', ["chăm sóc"]),
        ("mục IV.1.3 và 13", "IV.1.3", ["IV", "1", "3"]),
        ("Thu\u0309y lợi", "thủy", ["Thu\u0309y"]),
        ("đi ￼ đ", "d", ["đ", "đ"]),
        ("không có gì", "zzz", []),
        ("x", "", []),
    ],
)
def test_exactly_what_was_found_is_marked(text: str, typed: str, found: list[str]) -> None:
    assert marked(text, typed) == found


VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắệửữĐƯ \n.,-%(\u0301\u0309\u0345ﬁ½ß", max_size=40)


@given(VIETNAMESE, VIETNAMESE)
def test_marks_stand_apart_in_the_text_and_fold_to_what_was_typed(text: str, typed: str) -> None:
    assert " ".join("".join(letter for letter, *_place in letters(text)).split()) == fold(text)
    end = -1
    for begin, after in marks(text, terms_of(typed)):
        assert end < begin < after <= len(text)
        end = after
        assert any(word in fold(text[begin:after]) for term in terms_of(typed) for word in term.words)
