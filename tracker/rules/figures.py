"""Entries of figures: what is impossible, and what must be explained."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tracker.rules.errors import Invalid
from tracker.rules.measure import Number, Shape, exact, of_stratum
from tracker.rules.recurrence import Period, Recurrence, period_named
from tracker.rules.targets import number_text, short_number
from tracker.rules.words import N_, STRATA

LARGEST = Decimal(10) ** 12
SMALLEST = Decimal("1e-9")
# Stored values are rounded to this; they are compared with targets unrounded wherever there is a ratio.
DIGITS = Decimal("0.000001")


@dataclass(frozen=True)
class Entry:
    """What a unit types for one measure and period. A ratio is its `numerator` and `denominator`, or, where only that
    is known, its `value`; "0" is a value, `no_data` says that there is none. `reason`: why an accepted figure changes.
    """

    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    no_data: bool = False
    estimate: bool = False
    source: str = ""
    comment: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Before:
    """The figure that an entry is held against: the same unit's of the period before, or the baseline."""

    period: str
    value: Fraction
    denominator: Fraction | None = None


def check_period(period: str, *, first_year: int, last_year: int, today: date) -> Period:
    """Raises Invalid for what is no period, lies outside `first_year`–`last_year`, or has not begun."""
    try:
        found = period_named(period)
    except ValueError:
        found = None
    if found is None or found.recurrence is Recurrence.ONCE:
        raise Invalid(N_("Kỳ báo cáo không đúng."), field="period")
    if not first_year <= found.first.year <= last_year:
        message = N_("Năm %(year)s nằm ngoài thời gian của chương trình (%(first)s–%(last)s).")
        raise Invalid(message, field="period", year=found.first.year, first=first_year, last=last_year)
    if found.first > today:
        raise Invalid(N_("Kỳ này chưa bắt đầu nên chưa có số liệu."), field="period")
    return found


def check_entry(entry: Entry, shape: Shape, *, unit_name: str = "") -> Entry:
    """The entry as it is stored: its value worked out from the ratio. Raises Invalid(field=…) for the impossible."""
    entry = replace(
        entry, source=entry.source.strip(), comment=entry.comment.strip(), reason=entry.reason.strip()
    )  # fmt: skip
    numbers = {"numerator": entry.numerator, "denominator": entry.denominator, "value": entry.value}
    given = {name: number for name, number in numbers.items() if number is not None}
    if entry.no_data:
        return _without_data(entry, given)
    for name, number in given.items():
        _check_number(name, number, shape)
    if not given:
        raise Invalid(N_("Hãy ghi số liệu, hoặc chọn “Không có số liệu”. Số 0 cũng là số liệu."), field="value")
    if not shape.is_ratio and ("numerator" in given or "denominator" in given):
        raise Invalid(N_("Chỉ tiêu này là số tuyệt đối, không có tử số và mẫu số."), field="numerator")
    if unit_name and not of_stratum(shape.stratum, unit_name):
        words = STRATA.get(shape.stratum or "", shape.stratum)
        message = N_("Chỉ tiêu này chỉ tính cho %(stratum)s; đơn vị hãy chọn “Không có số liệu”.")
        raise Invalid(message, field="value", stratum=words)
    if entry.numerator is None or entry.denominator is None:
        return _of_value(entry, shape)
    return _of_ratio(entry, entry.numerator, entry.denominator, shape)


def _without_data(entry: Entry, given: dict[str, Decimal]) -> Entry:
    if given:
        raise Invalid(N_("Đã ghi số thì không chọn “Không có số liệu”; hãy bỏ một trong hai."), field="no_data")
    if not entry.comment:
        raise Invalid(N_("Hãy ghi vì sao không có số liệu."), field="comment")
    return replace(entry, estimate=False)


def _check_number(name: str, number: Decimal, shape: Shape) -> None:
    if not number.is_finite() or abs(number) > LARGEST or 0 < abs(number) < SMALLEST:
        raise Invalid(N_("Số này không đúng; hãy ghi lại."), field=name)
    if name == "denominator" and number <= 0:
        message = N_("Mẫu số phải lớn hơn 0. Không phát sinh đối tượng thì chọn “Không có số liệu” và ghi rõ.")
        raise Invalid(message, field=name)
    if number < 0 and not shape.may_be_negative:
        raise Invalid(N_("Số liệu này không thể âm."), field=name)


def _of_value(entry: Entry, shape: Shape) -> Entry:
    for name, other in (("numerator", entry.denominator), ("denominator", entry.numerator)):
        if other is not None:
            raise Invalid(N_("Hãy ghi đủ cả tử số và mẫu số."), field=name)
    assert entry.value is not None
    if shape.most is not None and entry.value > shape.most:
        message = N_("Trị số không thể lớn hơn %(most)s: phần không thể nhiều hơn tổng.")
        raise Invalid(message, field="value", most=number_text(Decimal(shape.most)))
    return entry


def _of_ratio(entry: Entry, numerator: Decimal, denominator: Decimal, shape: Shape) -> Entry:
    if shape.most is not None and numerator > denominator:
        message = N_("Tử số (%(numerator)s) không thể lớn hơn mẫu số (%(denominator)s).")
        raise Invalid(
            message, field="numerator", numerator=number_text(numerator), denominator=number_text(denominator)
        )
    value = Fraction(numerator) * shape.per / Fraction(denominator)
    if abs(value) > LARGEST:
        raise Invalid(N_("Số này không đúng; hãy ghi lại."), field="denominator")
    if entry.value is not None and abs(Fraction(entry.value) - value) > _half_digit(entry.value):
        message = N_("Trị số không khớp: tử số ÷ mẫu số cho %(value)s.")
        raise Invalid(message, field="value", value=short_number(value))
    return replace(entry, value=rounded(value))


def _half_digit(typed: Decimal) -> Fraction:
    """12.5 may stand for anything from 12.45 to 12.55."""
    exponent = typed.normalize().as_tuple().exponent
    return Fraction(1, 2) * Fraction(10) ** min(int(exponent), 0)


def explain(entry: Entry, shape: Shape, before: Before | None, jump_percent: int) -> None:
    """Raises Invalid(field="comment") for what is possible but odd, unless a comment explains it."""
    if entry.no_data or entry.comment:
        return
    counted = [number for number in (entry.numerator, entry.denominator) if number is not None]
    if any(number != number.to_integral_value() for number in counted):
        raise Invalid(N_("Tử số, mẫu số thường là số nguyên; hãy xem lại hoặc ghi lý do."), field="comment")
    if before is None:
        return
    value = exact(entry.numerator, entry.denominator, entry.value, shape.per)
    assert value is not None
    if not shape.is_change and jumps(value, before.value, jump_percent):
        message = N_("Khác kỳ trước (%(before)s, %(period)s) quá %(percent)s%%: hãy xem lại hoặc ghi lý do.")
        raise _jump(message, before.value, before.period, jump_percent)
    known = entry.denominator is not None and before.denominator is not None
    if known and jumps(entry.denominator or 0, before.denominator or 0, jump_percent):
        message = N_("Mẫu số khác kỳ trước (%(before)s, %(period)s) quá %(percent)s%%: hãy xem lại hoặc ghi lý do.")
        raise _jump(message, before.denominator or 0, before.period, jump_percent)


def _jump(message: str, before: Number, period: str, percent: int) -> Invalid:
    return Invalid(message, field="comment", before=short_number(before), period=period, percent=percent)


def jumps(value: Number, before: Number, percent: int) -> bool:
    """Whether the change is more than `percent` of what was before. From 0, any change is."""
    return abs(Fraction(value) - Fraction(before)) * 100 > percent * abs(Fraction(before))


def rounded(value: Fraction) -> Decimal:
    """As it is stored."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(DIGITS).normalize()
