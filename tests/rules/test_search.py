"""What people type becomes a question that finds and never breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.rules.search import tsquery, words_of


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
    assert len(words_of(typed)) <= 12
