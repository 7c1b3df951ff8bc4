"""Deadlines as Vietnamese documents word them, and the last day that each means (design 3.2).

Sources: Civil Code art. 147–148 (the first day of a term is not counted; a term of months ends on the same day of its
last month) and the wordings of programmes and reporting rules in Decree 09/2019. What has two readings is refused.
"""

import re
import textwrap
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.rules import phrases
from tracker.rules.calendar import WorkingCalendar
from tracker.rules.errors import Invalid
from tracker.rules.phrases import Phrase, read_phrase
from tracker.rules.recurrence import Recurrence, Rule, due_in, last_day_of, next_period, period_of
from tracker.rules.words import N_


class Kind(StrEnum):
    """What a wording names: a day, the end of a longer time, days from a day, a habit, or no day at all."""

    DAY = "day"
    SPAN = "span"
    TERM = "term"
    RECURRING = "recurring"
    ONGOING = "ongoing"
    ON_REQUEST = "on_request"


@dataclass(frozen=True)
class Wording:
    """`last_day`: the nominal last day on time, not yet moved off a day off; None without a deadline.

    Of a recurring duty it is the first such day, from the year asked for, that is not before the document's own.
    `rule` is what `recurrence.due_in` takes: a Rule when it recurs, else `last_day`. `piece` is the text that was
    understood, as it was written, without a lead such as "Thời hạn:".
    """

    last_day: date | None
    recurrence: Recurrence
    kind: Kind
    piece: str
    rule: Rule | date | None


@dataclass(frozen=True)
class _Asked:
    phrase: Phrase
    issued_on: date
    year: int
    calendar: WorkingCalendar
    span: tuple[int, int] | None

    def unclear(self, reason: str) -> Invalid:
        return _invalid(N_("Thời hạn “%(text)s” chưa rõ: %(reason)s."), text=_short(self.phrase.text), reason=reason)

    def unread(self, piece: str) -> Invalid:
        message = N_("Không hiểu thời hạn “%(text)s”: chưa rõ “%(piece)s”.")
        return _invalid(message, text=_short(self.phrase.text), piece=_short(piece))


@dataclass(frozen=True)
class _Read:
    kind: Kind
    rule: Rule | date | None = None
    recurrence: Recurrence = Recurrence.ONCE


_Found = re.Match[str]
_Handler = Callable[[_Found, _Asked], _Read]

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_EACH = {"th": Recurrence.MONTHLY, "qu": Recurrence.QUARTERLY, "na": Recurrence.YEARLY}
_YEARS = range(1945, 2200)
# Every day of the year is in it.
_LEAP = 2024


def read_deadline(
    text: str, *, issued_on: date, year: int, calendar: WorkingCalendar, span: tuple[int, int] | None = None
) -> Wording:
    """The deadline that `text`, and all of it, words; case, diacritics, NFD and extra spaces do not matter.

    `issued_on` is the day of the document ("kể từ ngày ban hành"), `year` the one meant where none is written, `span`
    the programme's first and last year ("giữa kỳ"). "Trước ngày 15/12" is 14/12: the day itself is too late; with an
    hour ("trước 17 giờ ngày 15/12") the day counts. Raises Invalid, in Vietnamese, for what is not understood, does
    not exist (31/2, quý 5) or has two readings ("ngày 15"; a date without its year that is before `issued_on`).
    """
    phrase = read_phrase(text)
    if not phrase.plain:
        raise _invalid(N_("Chưa ghi thời hạn."))
    asked = _Asked(phrase, issued_on, _checked_year(year), calendar, span)
    start = phrase.after_lead
    for pattern, handler in (*_AMBIGUOUS, *_GRAMMAR, (phrases.OPEN_TERM, _open_term)):
        if found := pattern.fullmatch(phrase.plain, start):
            read = handler(found, asked)
            piece = phrase.written(start, found.end())
            return Wording(_first_day(read, asked), read.recurrence, read.kind, piece, read.rule)
    raise asked.unread(phrase.rest([pattern for pattern, _ in _GRAMMAR]))


def _first_day(read: _Read, asked: _Asked) -> date | None:
    if not isinstance(read.rule, Rule):
        return read.rule
    period = period_of(max(date(asked.year, 1, 1), asked.issued_on), read.recurrence)
    while (day := due_in(period, read.rule)) and day < asked.issued_on:
        period = next_period(period)
    return day


def _invalid(message: str, **params: object) -> Invalid:
    return Invalid(message, field="deadline", **params)


def _short(text: str) -> str:
    return textwrap.shorten(text, 120, placeholder="…")


def _checked_year(year: int | str) -> int:
    if int(year) not in _YEARS:
        raise _invalid(N_("Năm “%(year)s” chưa rõ; hãy ghi đủ bốn chữ số."), year=year)
    return int(year)


def _named(found: _Found, name: str) -> str | None:
    """A group of the pattern, which not every pattern of a handler has."""
    return found.groupdict().get(name)


def _year(found: _Found, asked: _Asked) -> int:
    written = _named(found, "year")
    return _checked_year(written) if written else asked.year


def _is_yearly(found: _Found, asked: _Asked) -> bool:
    yearly = bool(_named(found, "yearly") or _named(found, "every"))
    if yearly and _named(found, "year"):
        raise asked.unclear(N_("vừa hằng năm, vừa ghi một năm"))
    return yearly


def _date(found: _Found, year: int) -> date:
    try:
        return date(year, int(found["month"]), int(found["day"]))
    except ValueError:
        day = f"{found['day']}/{found['month']}" + (f"/{year}" if year != _LEAP else "")
        raise _invalid(N_("Không có ngày %(day)s."), day=day) from None


def _once(kind: Kind, day: date, found: _Found, asked: _Asked) -> _Read:
    """A date without its year must not be over when the document is issued: next year may be meant."""
    if day < asked.issued_on and not _named(found, "year"):
        raise asked.unclear(N_("ngày này đã qua khi ban hành văn bản, hãy ghi rõ năm"))
    return _Read(kind, day)


def _rule(months: int, day: int, before: bool, asked: _Asked) -> Rule:
    """The day before the first of the period is refused: the period's own begin or the next one's may be meant."""
    if not before:
        return Rule(months, day)
    if day > 1:
        return Rule(months, day - 1)
    if not months:
        raise asked.unclear(N_("không rõ là đầu kỳ này hay đầu kỳ sau"))
    return Rule(months - 1, 31)


def _day(found: _Found, asked: _Asked) -> _Read:
    """ "trước ngày 15/12/2026", "chậm nhất 17 giờ ngày 15 tháng 12", "trước ngày 15/12 hằng năm"."""
    before = bool(found["before"]) and not found["hour"]
    if _is_yearly(found, asked):
        named = _date(found, _LEAP)
        return _Read(Kind.DAY, _rule(named.month - 1, named.day, before, asked), Recurrence.YEARLY)
    day = _date(found, _year(found, asked)) - timedelta(days=before)
    return _once(Kind.DAY, day, found, asked)


def _span(found: _Found, asked: _Asked) -> _Read:
    """ "trong tháng 9/2026", "hết quý 3", "trước quý III/2026", "6 tháng đầu năm", "năm 2026"."""
    first, last = _months(found.groupdict(), asked)
    before = bool(_named(found, "before"))
    if _is_yearly(found, asked):
        rule = _rule(first - 1, 1, True, asked) if before else Rule(last - 1, 31)
        return _Read(Kind.SPAN, rule, Recurrence.YEARLY)
    year = _year(found, asked)
    day = date(year, first, 1) - timedelta(days=1) if before else date(year, last, monthrange(year, last)[1])
    return _once(Kind.SPAN, day, found, asked)


def _months(named: dict[str, str | None], asked: _Asked) -> tuple[int, int]:
    """The first and last month of the part of a year that is named."""
    if month := named.get("month"):
        if not 1 <= int(month) <= 12:
            raise _invalid(N_("Không có tháng %(month)s."), month=month)
        return int(month), int(month)
    if quarter := named.get("quarter"):
        n = _ROMAN.get(quarter) or (int(quarter) if quarter.isdigit() else 0)
        if not 1 <= n <= 4:
            raise _invalid(N_("Không có quý %(quarter)s."), quarter=quarter.upper())
        return 3 * n - 2, 3 * n
    if part := named.get("part"):
        n = 6 if part == "sau" else int(part)
        if not 1 <= n <= 11:
            raise asked.unclear(N_("một năm có 12 tháng"))
        return (1, n) if named["side"] == "dau" else (13 - n, 12)
    return 1, 12


def _every(found: _Found, asked: _Asked) -> _Read:
    """ "hằng quý", "định kỳ 6 tháng", "3 tháng một lần": without a day, the last of each period."""
    each = _named(found, "each")
    recurrence = _EACH[each[:2]] if each else _EACH["qu"] if _named(found, "three") else Recurrence.HALF_YEARLY
    return _Read(Kind.RECURRING, last_day_of(recurrence), recurrence)


def _day_of_each(found: _Found, asked: _Asked) -> _Read:
    """ "trước ngày 25 hằng tháng", "hằng quý, chậm nhất ngày 5 tháng sau", "ngày 18 của tháng cuối quý"."""
    of, day = found["of"] or "", int(found["day"])
    recurrence = _EACH[found["each"][:2]] if found["each"] else None
    if "qu" in of:
        named, months = Recurrence.QUARTERLY, 2 if "cuoi" in of else 3
    elif of.startswith("thang") and recurrence:
        named, months = recurrence, 3 if recurrence is Recurrence.QUARTERLY else 1
    elif of.startswith(("hang", "moi")) or (not of and recurrence is Recurrence.MONTHLY):
        named, months = Recurrence.MONTHLY, 0
    else:
        raise asked.unclear(N_("không rõ là một lần hay hằng tháng") if of else N_("thiếu tháng"))
    if recurrence not in (None, named):
        raise asked.unclear(N_("vừa hằng tháng, vừa hằng quý"))
    if not 1 <= day <= 31:
        raise _invalid(N_("Không có ngày %(day)s."), day=day)
    return _Read(Kind.RECURRING, _rule(months, day, bool(found["before"]), asked), named)


def _term(found: _Found, asked: _Asked) -> _Read:
    """ "trong thời hạn 15 ngày kể từ ngày ban hành", "sau 10 ngày làm việc kể từ ngày 5/3/2026"."""
    start = asked.issued_on if found["issue"] else _date(found, _year(found, asked))
    count = int(found["count"])
    if not 1 <= count <= 999:
        raise asked.unclear(N_("số ngày, tháng phải từ 1 đến 999"))
    match found["unit"]:
        case "ngay lam viec":
            end = asked.calendar.add(start, count)
        case "ngay" | "tuan":
            end = start + timedelta(days=count * (7 if found["unit"] == "tuan" else 1))
        case unit:
            rule = Rule(start.month - 1 + count * (12 if unit == "nam" else 1), start.day)
            end = due_in(period_of(start, Recurrence.YEARLY), rule) or start
    return _Read(Kind.TERM, end) if found["issue"] else _once(Kind.TERM, end, found, asked)


def _open_term(found: _Found, asked: _Asked) -> _Read:
    rest = asked.phrase.written(found.end("unit"), found.end())
    raise asked.unread(rest) if rest else asked.unclear(N_("không nói tính từ ngày nào"))


def _stage(found: _Found, asked: _Asked) -> _Read:
    """ "giai đoạn 2021-2025"; "giữa kỳ" is the end of the middle year, the earlier one of two."""
    if found["first"]:
        first, last = _checked_year(found["first"]), _checked_year(found["last"])
    elif asked.span:
        first, last = asked.span
    else:
        raise asked.unclear(N_("không biết giai đoạn của chương trình"))
    if last < first:
        raise asked.unclear(N_("năm cuối của giai đoạn đứng trước năm đầu"))
    return _Read(Kind.SPAN, date((first + last) // 2 if found["middle"] else last, 12, 31))


def _refuse(reason: str) -> _Handler:
    def handler(found: _Found, asked: _Asked) -> _Read:
        raise asked.unclear(reason)

    return handler


_AMBIGUOUS: list[tuple[re.Pattern[str], _Handler]] = [
    (phrases.DAY_OR_MONTH, _refuse(N_("không rõ đâu là ngày, đâu là tháng"))),
    (phrases.BEGIN_OR_END, _refuse(N_("không rõ là đầu hay cuối, hãy ghi “hết …”"))),
]
_GRAMMAR: list[tuple[re.Pattern[str], _Handler]] = [
    (phrases.DAY, _day),
    *((pattern, _span) for pattern in phrases.SPANS),
    *((pattern, _every) for pattern in phrases.EVERY),
    (phrases.DAY_OF_EACH, _day_of_each),
    (phrases.TERM, _term),
    *((pattern, _stage) for pattern in phrases.STAGES),
    (phrases.ONGOING, lambda found, asked: _Read(Kind.ONGOING)),
    (phrases.ON_REQUEST, lambda found, asked: _Read(Kind.ON_REQUEST)),
]
