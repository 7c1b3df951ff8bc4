"""What the wordings of documents mean, one by one, and what holds for all of them."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.rules.calendar import SHIPPED_OVERRIDES, WorkingCalendar
from tracker.rules.errors import Invalid
from tracker.rules.recurrence import Recurrence, Rule, due_in, period_of
from tracker.rules.text import fold
from tracker.rules.wording import Kind, Wording, read_deadline

CALENDAR = WorkingCalendar(SHIPPED_OVERRIDES)
ISSUED = date(2026, 3, 20)
DAY = timedelta(days=1)
NOT_AGAIN, Y, H, Q, M = Recurrence


def read(text: str, issued_on: date = ISSUED, year: int = 2026, span: tuple[int, int] | None = (2021, 2030)) -> Wording:
    return read_deadline(text, issued_on=issued_on, year=year, calendar=CALENDAR, span=span)


ONCE = [
    ("trước ngày 15/12", Kind.DAY, date(2026, 12, 14)),
    ("trước ngày 15/12/2026", Kind.DAY, date(2026, 12, 14)),
    ("Trước ngày 01/01/2027", Kind.DAY, date(2026, 12, 31)),
    ("trước ngày 01/3/2028", Kind.DAY, date(2028, 2, 29)),
    ("trước 15 tháng 12 năm 2026", Kind.DAY, date(2026, 12, 14)),
    ("chậm nhất ngày 15/12", Kind.DAY, date(2026, 12, 15)),
    ("chậm nhất là ngày 15-12-2026", Kind.DAY, date(2026, 12, 15)),
    ("muộn nhất vào ngày 15.12.2026", Kind.DAY, date(2026, 12, 15)),
    ("không quá ngày 15 tháng 12", Kind.DAY, date(2026, 12, 15)),
    ("đến hết ngày 30/6/2026", Kind.DAY, date(2026, 6, 30)),
    ("đến ngày 30/6/2026", Kind.DAY, date(2026, 6, 30)),
    ("30/6/2026", Kind.DAY, date(2026, 6, 30)),
    ("ngày 30/6", Kind.DAY, date(2026, 6, 30)),
    # A day that has an hour counts until then; a past day is one's own affair when its year is written.
    ("trước 17h00 ngày 15/12/2026", Kind.DAY, date(2026, 12, 15)),
    ("trước 16 giờ 30 phút ngày 15/12/2026", Kind.DAY, date(2026, 12, 15)),
    ("trước 17:00 ngày 15/12", Kind.DAY, date(2026, 12, 15)),
    ("trước ngày 20/02/2026", Kind.DAY, date(2026, 2, 19)),
    ("trong tháng 9/2026", Kind.SPAN, date(2026, 9, 30)),
    ("trong tháng 9", Kind.SPAN, date(2026, 9, 30)),
    ("tháng 2 năm 2028", Kind.SPAN, date(2028, 2, 29)),
    ("trước tháng 9/2026", Kind.SPAN, date(2026, 8, 31)),
    ("đến hết tháng 9/2026", Kind.SPAN, date(2026, 9, 30)),
    ("Quý II/2026", Kind.SPAN, date(2026, 6, 30)),
    ("Quí IV năm 2026", Kind.SPAN, date(2026, 12, 31)),
    ("hết quý 3", Kind.SPAN, date(2026, 9, 30)),
    ("trước quý III/2026", Kind.SPAN, date(2026, 6, 30)),
    ("6 tháng đầu năm", Kind.SPAN, date(2026, 6, 30)),
    ("sáu tháng cuối năm 2027", Kind.SPAN, date(2027, 12, 31)),
    ("9 tháng đầu năm", Kind.SPAN, date(2026, 9, 30)),
    ("năm 2026", Kind.SPAN, date(2026, 12, 31)),
    ("trong năm 2027", Kind.SPAN, date(2027, 12, 31)),
    ("trước năm 2027", Kind.SPAN, date(2026, 12, 31)),
    ("cuối năm", Kind.SPAN, date(2026, 12, 31)),
    ("giai đoạn 2021-2025", Kind.SPAN, date(2025, 12, 31)),
    ("giai đoạn 2021 – 2025", Kind.SPAN, date(2025, 12, 31)),
    ("giữa kỳ", Kind.SPAN, date(2025, 12, 31)),
    ("cuối kì", Kind.SPAN, date(2030, 12, 31)),
    ("giữa kỳ giai đoạn 2026-2030", Kind.SPAN, date(2028, 12, 31)),
    ("thường xuyên", Kind.ONGOING, None),
    ("khi có yêu cầu", Kind.ON_REQUEST, None),
    ("Đột xuất khi có yêu cầu", Kind.ON_REQUEST, None),
    # 14, 15, 21, 22/3 are days off; 26/4 is Hùng Kings' (a Sunday, so 27/4 is off), then 30/4 and 1/5.
    ("sau 10 ngày làm việc kể từ ngày 5/3/2026", Kind.TERM, date(2026, 3, 19)),
    ("trong vòng 5 ngày làm việc kể từ ngày 24/4/2026", Kind.TERM, date(2026, 5, 6)),
    ("trong thời hạn 15 ngày kể từ ngày ban hành", Kind.TERM, date(2026, 4, 4)),
    ("15 ngày kể từ ngày ký ban hành Kế hoạch này", Kind.TERM, date(2026, 4, 4)),
    ("sau 2 tuần tính từ ngày 31/12/2026", Kind.TERM, date(2027, 1, 14)),
    ("trong 3 tháng kể từ ngày 30/11/2026", Kind.TERM, date(2027, 2, 28)),
    ("trong 2 năm kể từ khi ban hành", Kind.TERM, date(2028, 3, 20)),
]

RECURRING = [
    ("trước 15 tháng 12 hằng năm", Y, Rule(11, 14), date(2026, 12, 14)),
    ("hàng năm, trước ngày 20/11", Y, Rule(10, 19), date(2026, 11, 19)),
    ("chậm nhất ngày 20/11 của năm", Y, Rule(10, 20), date(2026, 11, 20)),
    ("trước ngày 01/3 hằng năm", Y, Rule(1, 31), date(2027, 2, 28)),
    ("chậm nhất ngày 29/2 hằng năm", Y, Rule(1, 29), date(2027, 2, 28)),
    ("trong tháng 6 hằng năm", Y, Rule(5, 31), date(2026, 6, 30)),
    ("quý I hằng năm", Y, Rule(2, 31), date(2026, 3, 31)),
    ("trước tháng 6 hằng năm", Y, Rule(4, 31), date(2026, 5, 31)),
    ("6 tháng đầu năm hằng năm", Y, Rule(5, 31), date(2026, 6, 30)),
    ("hằng năm", Y, Rule(11, 31), date(2026, 12, 31)),
    ("6 tháng", H, Rule(5, 31), date(2026, 6, 30)),
    ("định kỳ 6 tháng một lần", H, Rule(5, 31), date(2026, 6, 30)),
    ("hằng quý", Q, Rule(2, 31), date(2026, 3, 31)),
    ("3 tháng/lần", Q, Rule(2, 31), date(2026, 3, 31)),
    ("hằng quý, chậm nhất ngày 5 tháng sau", Q, Rule(3, 5), date(2026, 4, 5)),
    ("chậm nhất ngày 18 của tháng cuối quý", Q, Rule(2, 18), date(2026, 6, 18)),
    ("trước ngày 10 tháng đầu quý sau", Q, Rule(3, 9), date(2026, 4, 9)),
    ("hằng tháng", M, Rule(0, 31), date(2026, 3, 31)),
    ("hàng tháng", M, Rule(0, 31), date(2026, 3, 31)),
    ("cuối mỗi tháng", M, Rule(0, 31), date(2026, 3, 31)),
    ("trước ngày 25 hằng tháng", M, Rule(0, 24), date(2026, 3, 24)),
    ("ngày 15 hằng tháng", M, Rule(0, 15), date(2026, 4, 15)),
    ("hằng tháng, trước ngày 1 của tháng sau", M, Rule(0, 31), date(2026, 3, 31)),
]

NOT_UNDERSTOOD = [
    ("", "Chưa ghi"),
    (" … ", "Chưa ghi"),
    ("báo cáo", "“báo cáo”"),
    ("theo kế hoạch của cấp trên", "theo kế hoạch của cấp trên"),
    ("trước ngày 15/12 nếu trời không mưa", "chưa rõ “nếu trời không mưa”"),
    ("trước ngày 15/6 và 15/12 hằng năm", "chưa rõ “và 15/12 hằng năm”"),
    ("sau ngày 15/12", "chưa rõ “sau”"),
    ("trước 15 ngày 5/3", "chưa rõ “trước 15”"),
    ("trước ngày …/12/2026", "chưa rõ “trước ngày .../”"),
    ("họp sautrước ngày 15/12", "chưa rõ “họp sautrước”"),
    ("hằng tuần", "hằng tuần"),
    ("thường xuyên, hằng năm", "chưa rõ “hằng năm”"),
    ("hằng quý và hằng năm", "và hằng"),
    ("15%/12", "%"),
    ("trong 1,5 tháng kể từ ngày ký", "1"),
    ("năm 2026-2027", "2027"),
    ("trong thời hạn 15 ngày kể từ ngày nhận được văn bản", "chưa rõ “kể từ ngày nhận được văn bản”"),
    ("15 ngày kể từ ngày ban hành Quyết định", "kể từ ngày ban hành Quyết định"),
    # Two readings.
    ("ngày 15", "thiếu tháng"),
    ("trước ngày 15", "thiếu tháng"),
    ("hằng quý, ngày 15", "thiếu tháng"),
    ("9/10", "đâu là ngày"),
    ("trước 9/2026", "đâu là ngày"),
    ("đến năm 2025", "đầu hay cuối"),
    ("giữa tháng 9/2026", "đầu hay cuối"),
    ("trước ngày 5 tháng sau", "một lần hay hằng tháng"),
    ("trong 15 ngày", "tính từ ngày nào"),
    ("trước ngày 1/1 hằng năm", "đầu kỳ"),
    ("trước quý I hằng năm", "đầu kỳ"),
    ("trước ngày 1 hằng tháng", "đầu kỳ"),
    ("trước ngày 20/3", "ghi rõ năm"),
    ("sau 5 ngày kể từ ngày 5/3", "ghi rõ năm"),
    ("trước ngày 15/12/2026 hằng năm", "vừa hằng năm"),
    ("hằng quý, ngày 15 hằng tháng", "vừa hằng tháng"),
    ("trước ngày 15/12/26", "Năm “26”"),
    ("năm 202", "Năm “202”"),
    # No such day.
    ("31/2/2026", "Không có ngày 31/2/2026"),
    ("trước ngày 29/2", "Không có ngày 29/2/2026"),
    ("trước ngày 31/4 hằng năm", "Không có ngày 31/4."),
    ("ngày 115/12/2026", "Không có ngày 115/12/2026"),
    ("chậm nhất ngày 32 hằng tháng", "Không có ngày 32"),
    ("quý 5", "Không có quý 5"),
    ("Quý V/2026", "Không có quý V"),
    ("tháng 13/2026", "Không có tháng 13"),
    ("12 tháng đầu năm", "12 tháng"),
    ("giai đoạn 2025-2021", "đứng trước"),
    ("0 ngày kể từ ngày ký", "từ 1 đến 999"),
    ("trước ngày 15/12/0226", "Năm “0226”"),
]


@pytest.mark.parametrize(("text", "kind", "last_day"), ONCE)
def test_single_deadlines(text: str, kind: Kind, last_day: date | None) -> None:
    assert read(text) == Wording(last_day, NOT_AGAIN, kind, text, last_day)


@pytest.mark.parametrize(("text", "recurrence", "rule", "last_day"), RECURRING)
def test_recurring_deadlines(text: str, recurrence: Recurrence, rule: Rule, last_day: date) -> None:
    found = read(text)
    assert (found.recurrence, found.rule, found.last_day) == (recurrence, rule, last_day)


@pytest.mark.parametrize(("text", "told"), NOT_UNDERSTOOD)
def test_what_is_refused(text: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text)
    assert told in str(refused.value)
    assert refused.value.field == "deadline"
    # An empty text would be translated into the header of the catalogue.
    assert "" not in refused.value.params.values()


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Thời hạn hoàn thành:  Quý IV-2026.", "Quý IV-2026"),
        ("Báo cáo trước ngày 20/11 hằng năm;", "trước ngày 20/11 hằng năm"),
        ("Thời hạn 15 ngày kể từ ngày ký", "15 ngày kể từ ngày ký"),
        ("Hoàn thành (trong tháng 9/2026)", "trong tháng 9/2026"),
        ("định kỳ hằng   quý", "hằng quý"),
    ],
)
def test_the_piece_is_what_was_understood(text: str, piece: str) -> None:
    assert read(text).piece == piece


def test_a_long_text_is_cut_in_the_message() -> None:
    with pytest.raises(Invalid) as refused:
        read("không phải thời hạn " * 100)
    assert len(str(refused.value)) < 300


def test_the_period_of_the_programme_is_not_guessed() -> None:
    with pytest.raises(Invalid, match="giai đoạn"):
        read("giữa kỳ", span=None)
    assert read("giữa kỳ giai đoạn 2021-2030", span=None).last_day == date(2025, 12, 31)


def test_a_year_is_assumed_only_where_none_is_written() -> None:
    assert read("trước ngày 15/12", year=2028).last_day == date(2028, 12, 14)
    assert read("trước ngày 15/12/2027", year=2028).last_day == date(2027, 12, 14)
    assert read("hết quý 3", year=2028).last_day == date(2028, 9, 30)
    assert read("trước ngày 20/11 hằng năm", year=2028).last_day == date(2028, 11, 19)
    # What is over when the document comes is due next time.
    assert read("trước ngày 20/3 hằng năm").last_day == date(2027, 3, 19)
    with pytest.raises(Invalid, match="Năm “20”"):
        read("trước ngày 15/12/2027", year=20)


AGAIN = [text for text, _recurrence, _rule, _day in RECURRING]
VALID = [text for text, _kind, _day in ONCE] + AGAIN
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[str, str]:
    """A wording, and the same typed by somebody else."""
    text = draw(st.sampled_from(VALID))
    other = draw(st.sampled_from([text, text.upper(), text.lower(), text.title()]))
    if draw(st.booleans()):
        marks = unicodedata.normalize("NFD", other.replace("đ", "d").replace("Đ", "D"))
        other = "".join(char for char in marks if not unicodedata.combining(char))
    other = unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])), other)
    gaps = draw(st.lists(st.sampled_from([" ", "  ", "\t", "\n ", "\u00a0"]), min_size=other.count(" ")))
    words = other.split(" ")
    typed = "".join(gap + word for gap, word in zip(["", *gaps], words, strict=False))
    return text, draw(st.sampled_from(["", " ", "\n"])) + typed + draw(st.sampled_from(["", " ", ".", ";"]))


@given(rewritten())
def test_how_it_is_typed_does_not_matter(pair: tuple[str, str]) -> None:
    text, other = pair
    one, two = read(text), read(other)
    assert (two.last_day, two.recurrence, two.kind, two.rule) == (one.last_day, one.recurrence, one.kind, one.rule)
    assert fold(two.piece) == fold(one.piece)


@given(DAYS, st.sampled_from(["/", "-", ".", " tháng "]), st.booleans(), st.booleans())
def test_before_a_day_is_the_day_before(day: date, mark: str, with_year: bool, padded: bool) -> None:
    text = f"trước ngày {day:%d}{mark}{day:%m}" if padded else f"trước ngày {day.day}{mark}{day.month}"
    text += f"{' năm ' if 'tháng' in mark else mark}{day.year}" if with_year else ""
    found = read(text, issued_on=date(1980, 1, 1), year=day.year)
    assert found.last_day == found.rule == day - DAY
    assert read(text.replace("trước", "chậm nhất"), issued_on=date(1980, 1, 1), year=day.year).last_day == day


@given(DAYS, st.integers(0, 30))
def test_before_a_day_of_every_year_is_the_day_before_in_each(day: date, more: int) -> None:
    assume((day.month, day.day) not in {(1, 1), (2, 29)})
    found = read(f"trước ngày {day.day}/{day.month} hằng năm", year=day.year)
    there = day.replace(year=day.year + more)
    assert due_in(period_of(there, Recurrence.YEARLY), found.rule) == there - DAY


@given(DAYS, st.integers(1, 400))
def test_terms_count_from_the_day_after(start: date, count: int) -> None:
    text = f"{count} ngày kể từ ngày"
    assert read(f"{text} ban hành", issued_on=start, year=start.year).last_day == start + count * DAY
    assert read(f"{text} {start:%d/%m/%Y}").last_day == start + count * DAY
    working = read(f"{count} ngày làm việc kể từ ngày ký", issued_on=start, year=start.year).last_day
    assert working is not None
    assert CALENDAR.between(start, working) == count


@given(st.sampled_from(AGAIN), DAYS, st.integers(1990, 2090))
def test_the_first_day_of_a_recurring_duty(text: str, issued_on: date, year: int) -> None:
    found = read(text, issued_on=issued_on, year=year)
    assert found.last_day is not None
    assert found.last_day >= max(issued_on, date(year, 1, 1))
    assert isinstance(found.rule, Rule)


WORDS = sorted({word for text in (*VALID, *(text for text, _ in NOT_UNDERSTOOD)) for word in text.split()})


@given(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=8).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused: Invalid | None = None
    try:
        found = read(text)
    except Invalid as error:
        refused = error
    if refused:
        assert str(refused)
        assert "" not in refused.params.values()
        return
    assert fold(found.piece)
    assert fold(found.piece) in fold(text)
    assert (found.recurrence is not NOT_AGAIN) == isinstance(found.rule, Rule)
