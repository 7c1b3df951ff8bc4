"""What was promised beside what was found."""

import os
from dataclasses import dataclass


@dataclass(frozen=True)
class Promise:
    """Kept when `found` is at most `most`, or, with `exactly`, what was promised; otherwise only told."""

    what: str
    found: float | str
    promised: str
    most: float | None = None
    exactly: bool = False

    @property
    def kept(self) -> bool:
        if self.exactly:
            return str(self.found) == self.promised
        return self.most is None or float(self.found) <= self.most


@dataclass(frozen=True)
class Table:
    title: str
    how: str
    promises: list[Promise]

    @property
    def kept(self) -> bool:
        return all(one.kept for one in self.promises)

    def lines(self) -> list[str]:
        rows = [
            f"| {one.what} | {one.found} | {one.promised} |"
            f" {'–' if one.most is None and not one.exactly else 'yes' if one.kept else '**no**'} |"
            for one in self.promises
        ]
        head = [f"### {self.title}", "", self.how, "", "| what | found | promised | kept |", "|---|---:|---:|---|"]
        return [*head, *rows, ""]


def load() -> str:
    """How busy the machine is: a figure without it says little."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
