"""Golden files of mails: what people read, kept and compared. REGENERATE=1 writes them anew."""

import os
from pathlib import Path

from tracker.mail.template import Rendered

GOLDEN = Path(__file__).parents[1] / "mail" / "golden"


def check_golden(name: str, mail: Rendered) -> None:
    said = f"{mail.subject}\n\n{mail.text}"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGENERATE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(said)
    assert said == path.read_text()
