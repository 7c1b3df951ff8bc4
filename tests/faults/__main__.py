"""The long form of `make test-faults`: writes docs/reliability.md and ends with 1 when a promise is broken.

`python -m tests.faults [part …]`, each of kills, smtp, away, frozen, or all; a small run, which is not written down:
`kills=1000/20` (mails, kills), `away=60` (seconds).
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.faults.broker import away, frozen
from tests.faults.kills import kills
from tests.faults.smtp import smtp
from tests.faults.table import Table
from tracker.config import ROOT

PARTS: dict[str, Callable[..., Table]] = {"kills": kills, "smtp": smtp, "away": away, "frozen": frozen}
MARK = "<!-- measured by {} -->\n"


def main() -> int:
    chosen = sys.argv[1:] or list(PARTS)
    kept = True
    for one in chosen:
        name, _, size = one.partition("=")
        with tempfile.TemporaryDirectory() as folder:
            table = PARTS[name](Path(folder), *map(int, size.split("/") if size else ()))
        print("\n".join(table.lines()), flush=True)
        if not size:
            _write(name, table)
        kept = kept and table.kept
    return 0 if kept else 1


def _write(name: str, table: Table) -> None:
    """Each part stands between its own marks, so that it can be measured again alone."""
    file = ROOT / "docs" / "reliability.md"
    mark = MARK.format(f"python -m tests.faults {name}")
    lines = table.lines()
    lines.insert(2, f"`python -m tests.faults {name}`, {date.today():%Y-%m-%d}. ")
    before, found, rest = file.read_text().partition(mark)
    after = rest.partition(mark)[2] if found else ""
    file.write_text(before + mark + "\n".join(lines) + mark + after)


if __name__ == "__main__":
    sys.exit(main())
