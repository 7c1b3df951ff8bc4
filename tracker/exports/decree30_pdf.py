"""The same documents as PDF, set by Typst from `decree30.typ`: nothing of the system, nothing of the moment enters.

Times New Roman may not be shipped; Tinos has its metrics and is embedded.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tracker.exports.paper import COUNTRY, MOTTO, Picture, balanced, clean, rule_under
from tracker.exports.typesetting import compiled

BODY = 14
TEMPLATE = Path(__file__).with_name("decree30.typ")


class PdfDocument:
    """Collects blocks; Typst sets them when it is saved."""

    def __init__(self, title: str, *, banner: str = "") -> None:
        self._parts: list[dict[str, Any]] = [{"landscape": False, "blocks": []}]
        self._data = {"title": clean(title)[:250], "banner": banner, "body": BODY, "parts": self._parts}
        self._files: dict[str, bytes] = {}

    def heading(
        self,
        *,
        parent: str,
        agency: str,
        number: str,
        place_and_date: str,
        kind: str = "",
        subject: Sequence[str] = (),
        about: Sequence[str] = (),
    ) -> None:
        self._add(
            "heading", parent=balanced(parent), agency=balanced(agency), number=number, place_and_date=place_and_date,
            title=kind, subject=list(subject), about=list(about), country=COUNTRY, motto=MOTTO,
            agency_rule=rule_under(balanced(agency), capitals=True),
            subject_rule=rule_under(subject[-1] if subject else ""),
        )  # fmt: skip

    def addressed_to(self, names: Sequence[str]) -> None:
        ends = [";"] * (len(names) - 1) + ["."] if len(names) > 1 else [""]
        lead = "- " if len(names) > 1 else ""
        self._add("addressed", names=[f"{lead}{name}{end}" for name, end in zip(names, ends, strict=True)])

    def paragraph(self, text: str, *, italic: bool = False, keep: bool = False) -> None:
        self._add("paragraph", text=text, italic=italic, keep=keep)

    def part(self, text: str) -> None:
        self._add("part", text=text.upper())

    def point(self, text: str) -> None:
        self._add("point", text=text)

    def gap(self, text: str) -> None:
        self._add("gap", text=text)

    def picture(self, picture: Picture) -> None:
        name = f"picture-{len(self._files) + 1}.svg"
        self._files[name] = picture.svg.encode()
        self._add("picture", file=name, alt=picture.alt, caption=picture.caption, width=picture.width)

    def signature(self, *, authority: Sequence[str], recipients: Sequence[str], name: str = "") -> None:
        for last in [one for one in self._parts[-1]["blocks"] if one["kind"] == "paragraph"][-2:]:
            last["keep"] = True  # a signature is never alone on a page
        self._add("signature", authority=list(authority), recipients=list(recipients), name=name)

    def annex(self, number: str, title: str, source: str, *, landscape: bool = True) -> None:
        self._parts.append({"landscape": landscape, "blocks": []})
        self._add("annex", name=f"Phụ lục {number}".strip(), title=title.upper(), source=source)

    def table(
        self,
        heads: Sequence[str],
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        centred: frozenset[int] = frozenset(),
        right: frozenset[int] = frozenset(),
        total: bool = False,
    ) -> None:
        self._add(
            "table", heads=list(heads), widths=list(widths), rows=[[clean(cell) for cell in row] for row in rows],
            centred=sorted(centred), right=sorted(right), total=total,
        )  # fmt: skip

    def save(self) -> bytes:
        data = json.dumps(self._data, ensure_ascii=False).encode()
        return compiled({"main": TEMPLATE.read_bytes(), "data.json": data, **self._files}, "pdf")[0]

    def _add(self, kind: str, **values: Any) -> None:
        block = {"kind": kind, **{name: _cleaned(value) for name, value in values.items()}}
        self._parts[-1]["blocks"].append(block)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    return [_cleaned(one) for one in value] if isinstance(value, list) else value
