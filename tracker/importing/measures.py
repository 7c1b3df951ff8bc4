"""The sentence of an indicator → its measures: better, denominator, stratum and targets by year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.importing.parsed import ParsedMeasure, ParsedTarget
from tracker.rules.text import fold

_NUM = r"(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?)(?![.,]?\d)"
_COMPARATOR = (
    r"duy trì(?:\s+mức)?|(?:giảm\s+)?xuống(?:\s+dưới|\s+còn)?|còn\s+dưới|còn|dưới|không\s+quá"
    r"|tối\s+đa|đạt\s+trên|trên|đạt\s+tối\s+thiểu|tối\s+thiểu|đạt\s+ít\s+nhất|ít\s+nhất|đạt|là|bằng"
)
_RANGE = re.compile(
    rf"(?:từ\s+)?(?P<low>{_NUM})\s*%?\s*(?:đến|-|–)\s*(?P<high>{_NUM})\s*(?P<unit>%|‰)"
    r"(?P<yearly>\s*(?:/\s*năm|mỗi năm|h[àằ]ng năm|một năm))?",
    re.IGNORECASE,
)
# A bare number is a value only where a comparator (or an earlier value) and what follows say so: "dưới 9,5 vào năm
# 2025" is one, "dưới 5 tuổi" and "trên 1.000 trẻ" are not.
_VALUE = re.compile(
    rf"(?:(?P<cmp>{_COMPARATOR})\s+)?(?P<num>{_NUM})"
    rf"(?:\s*(?P<unit>%|‰)|\s*/\s*(?P<per>{_NUM})(?:\s+(?:trẻ em|trẻ|người|dân|hộ))?"
    r"|(?=\s*(?:$|[,;.]|vào\b|và\b|đến năm\b|năm\b|đối với\b)))",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"(?:(?:vào|đến|trong|tới)\s+)?(?:cuối\s+)?năm\s+(?P<year>20\d\d)|(?<=và )(?P<bare>20\d\d)", re.IGNORECASE
)
_STRATUM = re.compile(
    r"\s*(?:đối với|ở|tại)\s+(?:trẻ em\s+|khu vực\s+|vùng\s+)?(?P<name>nông thôn|thành thị|đô thị)", re.IGNORECASE
)
_PER = re.compile(rf"trên\s+(?P<per>{_NUM})\s+(?=\D)", re.IGNORECASE)
_OPENING = re.compile(r"^(?:ph[ấầ]n\s+đ[ấầ]u\s+|bảo\s+đảm\s+|đảm\s+bảo\s+)", re.IGNORECASE)
_VERB = re.compile(
    r"^(?:giảm\s+(?=tỷ|tỉ|số)|tăng\s+(?=tỷ|tỉ|số)|duy trì\s+|đạt\s+|nâng\s+|ít nhất\s+|trên\s+)+", re.IGNORECASE
)
_TRAILING = re.compile(
    r"[\s,;.]*(?:\b(?:xuống|còn|đạt|là|và|dưới|trên|vào|đến|duy trì|giai đoạn(?: từ)?|h[àằ]ng năm|từ)\b)?[\s,;.–-]*$",
    re.IGNORECASE,
)
_STRATA = {"nong thon": "rural", "thanh thi": "urban", "do thi": "urban"}
# What nobody wants more of, where the sentence itself does not say "giảm".
_HARM = (
    "lay truyen", "tu vong", "bo hoc", "suy dinh duong", "beo phi", "thap coi", "tai nan", "tao hon", "bao luc",
    "lao dong tre em", "ho ngheo", "that nghiep", "o nhiem", "toi pham", "vi pham", "that thoat", "tai mu chu",
)  # fmt: skip


@dataclass
class _Found:
    comparator: str
    value: float
    upper: float | None
    per: int
    stratum: str | None
    years: list[int | None] = field(default_factory=list)
    yearly: bool = False


@dataclass(frozen=True)
class Doubt:
    """Something the parser decided and a person should look at."""

    message: str


def read_measures(text: str) -> tuple[list[ParsedMeasure], list[Doubt]]:
    """Measures in the order of the sentence; a part between semicolons without a value joins the one before it."""
    measures: list[ParsedMeasure] = []
    doubts: list[Doubt] = []
    for part in _parts(_OPENING.sub("", text.strip().rstrip("./"))):
        found = list(_values(part))
        if not found:
            doubts.append(Doubt(f"Không đọc được trị số mục tiêu trong “{part}”."))
            continue
        better, doubt = _better(part, found)
        doubts.extend(doubt)
        for stratum in dict.fromkeys(one.stratum for one in found):
            of_stratum = [one for one in found if one.stratum == stratum]
            targets = [
                ParsedTarget(year, one.comparator, one.value, one.upper) for one in of_stratum for year in one.years
            ]
            if not any(one.yearly for one in of_stratum) and None in {target.year for target in targets}:
                doubts.append(Doubt("Mục tiêu không ghi năm; được hiểu là áp dụng cho mọi năm."))
            measures.append(ParsedMeasure(_name(part, stratum, found[0].per), better, found[0].per, stratum, targets))
    return measures, doubts


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    for piece in text.split(";"):
        piece = _OPENING.sub("", piece.strip())
        if parts and not any(char.isdigit() for char in piece):
            parts[-1] = f"{parts[-1]}; {piece}"
        elif piece:
            parts.append(piece)
    return parts


def _values(part: str) -> Iterator[_Found]:
    if found := _RANGE.search(part):
        yearly = bool(found["yearly"]) or "hang nam" in fold(part)
        if yearly or _number(found["low"]) < _number(found["high"]):
            one = _Found("range", _number(found["low"]), _number(found["high"]), _unit(found["unit"]), None)
            one.yearly = yearly
            one.years = [None] if yearly else _years_after(part, found.end())
            yield one
            return
    per = _PER.search(part)
    bare_per = int(_number(per["per"])) if per and _number(per["per"]) >= 100 else None
    group: list[_Found] = []
    comparator = ""
    position = 0
    pending_years: list[int] = []
    out: list[_Found] = []
    while position < len(part):
        year = _YEAR.match(part, position)
        if year:
            pending_years.append(int(year["year"] or year["bare"]))
            position = year.end()
            continue
        value = _VALUE.match(part, position) if _at_word(part, position) else None
        if value and _is_value(value, part, bool(group or out)):
            if pending_years:
                _settle(group, pending_years)
                out, group, pending_years = out + group, [], []
            comparator = fold(value["cmp"] or "") or comparator
            stratum = _STRATUM.match(part, value.end())
            group.append(
                _Found(
                    _symbol(comparator, _number(value["num"]), inherited=not value["cmp"]),
                    _number(value["num"]),
                    None,
                    int(_number(value["per"]))
                    if value["per"]
                    else _unit(value["unit"])
                    if value["unit"]
                    else bare_per or 1,
                    _STRATA[fold(stratum["name"])] if stratum else None,
                )
            )
            position = stratum.end() if stratum else value.end()
            continue
        position += 1
    _settle(group, pending_years)
    yield from out + group


def _settle(group: list[_Found], years: list[int]) -> None:
    """ "dưới 5% … và dưới 10% … vào năm 2025 và năm 2030": every value holds for every year; otherwise one by one."""
    if len(group) == len(years) > 1 and len({one.stratum for one in group}) == 1:
        for one, year in zip(group, years, strict=True):
            one.years = [year]
    else:
        for one in group:
            one.years = list(years) or [None]


def _is_value(found: re.Match[str], part: str, has_earlier: bool) -> bool:
    if part[: found.start("num")].rstrip().lower().endswith("năm"):
        return False
    if found["unit"] or found["per"]:
        return True
    return bool(found["cmp"]) or (has_earlier and part[: found.start()].rstrip().endswith("và"))


def _at_word(part: str, position: int) -> bool:
    return position == 0 or not (part[position - 1].isalnum() or part[position - 1] in ",./")


def _years_after(part: str, position: int) -> list[int | None]:
    return [int(found["year"] or found["bare"]) for found in _YEAR.finditer(part, position)] or [None]


def _symbol(comparator: str, value: float, *, inherited: bool) -> str:
    words = comparator.split()
    if "duoi" in words:
        # "dưới 0,1% … và 0%": nothing is below nought; the second value says "none at all".
        return "<=" if inherited and value == 0 else "<"
    if (words and words[0] in ("giam", "xuong", "con")) or comparator in ("khong qua", "toi da"):
        return "<="
    if comparator.startswith("duy tri"):
        return "maintain"
    if comparator in ("tren", "dat tren"):
        return ">"
    return ">="


def _better(part: str, found: list[_Found]) -> tuple[str, list[Doubt]]:
    folded = fold(part)
    if any(one.comparator == "range" and one.yearly for one in found):
        return "range", []
    if folded.startswith("giam ") or any(one.comparator in ("<", "<=") for one in found):
        _turn(found)
        return "down", []
    says_more = any(word in folded.split() for word in ("dat", "tang", "nang", "duy")) or part[:1].isdigit()
    if not says_more and any(word in folded for word in _HARM):
        _turn(found)
        return "down", [Doubt("Không ghi rõ tăng hay giảm; được hiểu là càng thấp càng tốt.")]
    return "up", []


def _turn(found: list[_Found]) -> None:
    for one in found:
        if one.comparator in (">=", "maintain"):
            one.comparator = "<="


def _name(part: str, stratum: str | None, per: int) -> str:
    """What is measured, without the values and years: before the first value, or after it where the value leads."""
    first = _RANGE.search(part) or next(
        found
        for found in _VALUE.finditer(part)
        if _at_word(part, found.start()) and _is_value(found, part, has_earlier=False)
    )
    name = _VERB.sub("", part[: first.start()].strip() + " ").strip()
    if len(name.split()) < 3:
        rest = part[first.end() :]
        year = _YEAR.search(rest)
        name = rest[: year.start()] if year else rest
        name = _clean(name)
        if per in (100, 1000) and not fold(name).startswith(("ty le", "ti le", "ty suat")):
            name = f"Tỷ lệ {name[:1].lower()}{name[1:]}"
    name = _clean(name)
    suffix = {"rural": " (nông thôn)", "urban": " (thành thị)"}.get(stratum or "", "")
    return f"{name[:1].upper()}{name[1:]}{suffix}"


def _clean(name: str) -> str:
    before = ""
    while name != before:
        before, name = name, _TRAILING.sub("", name.strip())
    return name


def _number(text: str) -> float:
    return float(text.replace(".", "").replace(",", "."))


def _unit(sign: str) -> int:
    return 1000 if sign == "‰" else 100
