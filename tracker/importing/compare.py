"""What changed between two texts of the same programme, clause by clause."""

from collections.abc import Mapping


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> list[dict[str, str | None]]:
    """`old` and `new`: reference → text. Rows of {"ref", "change": added | removed | changed, "old", "new"}."""
    changes: list[dict[str, str | None]] = []
    for ref in [*new, *(ref for ref in old if ref not in new)]:
        before, after = old.get(ref), new.get(ref)
        if before != after:
            change = "added" if before is None else "removed" if after is None else "changed"
            changes.append({"ref": ref, "change": change, "old": before, "new": after})
    return changes
