"""A file made on the disk and sent as a download: nothing stays behind, however it ends."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkstemp

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook_of(write: Callable[[Path], str]) -> Response:
    """An Excel file as a download. `write` fills the path it is given and says the download's name."""
    handle, place = mkstemp(suffix=".xlsx")
    os.close(handle)
    path = Path(place)
    try:
        return _send(path, write(path))
    finally:
        path.unlink(missing_ok=True)  # once it is open it is read to its end all the same


def _send(path: Path, name: str) -> Response:
    size = path.stat().st_size
    file = path.open("rb")

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(65_536):
                yield chunk

    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size)}
    return Response(chunks(), mimetype=XLSX, headers=headers)
