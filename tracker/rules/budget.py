"""Money for the programme: what amounts are possible, and how they add up (Section III, IV.8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tracker.rules.errors import Invalid
from tracker.rules.words import N_

BUDGET_SOURCES = {
    "central": N_("Ngân sách trung ương"),
    "province": N_("Ngân sách tỉnh"),
    "district": N_("Ngân sách huyện"),
    "commune": N_("Ngân sách xã"),
    "social": N_("Xã hội hóa"),
}
MILLION = Decimal(1_000_000)
# Fifteen digits are what the columns hold.
LARGEST = Decimal(10) ** 14
FIELDS = ("estimate", "approved", "spent")
# Nobody approves what people give.
GIVEN = "social"


@dataclass(frozen=True)
class Money:
    """In đồng; None is not known yet, which is not 0."""

    estimate: Decimal | None = None
    approved: Decimal | None = None
    spent: Decimal | None = None

    @property
    def known(self) -> bool:
        return any(one is not None for one in (self.estimate, self.approved, self.spent))

    @property
    def rate(self) -> Fraction | None:
        """Spent of what was approved; None where nothing was, so that nothing is divided by 0."""
        if not self.approved or self.spent is None:
            return None
        return Fraction(self.spent) / Fraction(self.approved)


def together(parts: Iterable[Money]) -> Money:
    """The sum of what is known; None where nobody knows anything."""
    rows = list(parts)

    def add(name: str) -> Decimal | None:
        known = [getattr(one, name) for one in rows if getattr(one, name) is not None]
        return sum(known, Decimal()) if known else None

    return Money(add("estimate"), add("approved"), add("spent"))


def check_money(money: Money, source: str) -> Money:
    """Raises Invalid(field="spent", …) for what cannot be."""
    for name in FIELDS:
        amount = getattr(money, name)
        if amount is None:
            continue
        if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != amount.to_integral_value():
            raise Invalid(N_("Số tiền phải là số không âm, lẻ nhất đến 1 đồng."), field=name)
    if source == GIVEN:
        if money.approved is not None:
            raise Invalid(N_("Nguồn xã hội hóa không có kinh phí được duyệt; hãy ghi dự kiến và số đã chi."),
                          field="approved")  # fmt: skip
        return money
    if money.spent is not None and money.spent > (money.approved or 0):
        if money.approved is None and money.spent > 0:
            raise Invalid(N_("Chưa có kinh phí được duyệt thì chưa thể chi."), field="spent")
        if money.approved is not None:
            raise Invalid(N_("Số đã chi không thể lớn hơn kinh phí được duyệt."), field="spent")
    return money
