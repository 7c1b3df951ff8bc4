"""Bad input: one clear sentence, exit code 2, nothing stored."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.world import DATA
from tracker.config import ROOT
from tracker.importing.errors import BadDocument
from tracker.importing.programme import parse
from tracker.importing.reader import read_document
from tracker.rules.text import fold

REAL = (DATA / "programme.md").read_text()
STRIPPED = "\n".join(fold(line) for line in REAL.splitlines())
CASES: dict[str, tuple[str, bytes]] = {
    "empty": ("a.md", b""),
    "blank": ("a.txt", b" \n\n"),
    "binary": ("a.md", bytes(range(256)) * 40),
    "docx": ("a.docx", b"PK\x03\x04"),
    "cp1258": ("a.md", REAL.encode("cp1258", "replace")),
    "tcvn3-like": ("a.txt", b"Ch\xad\xac ng tr\xd7nh h\xb5nh \xae\xe9ng " * 50),
    "question-marks": ("a.md", REAL.encode("ascii", "replace")),
    "replacement-marks": ("a.md", REAL.replace("ệ", "\ufffd").encode()),
    "no-diacritics": ("a.md", STRIPPED.encode()),
    "50-MB": ("a.md", REAL.encode() * 1700),
    "not-a-programme": ("a.md", ("Giấy mời họp phụ huynh đầu năm học, kính mời các bậc cha mẹ. " * 30).encode()),
    "no-duties": ("a.md", REAL[: REAL.index("**IV. PHÂN CÔNG")].encode()),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_files_are_refused_with_a_sentence(case: str, tmp_path: Path) -> None:
    name, content = CASES[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadDocument) as refused:
        parse(read_document(path))
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "%(" not in sentence


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path, tmp_path / "none" / "a.md"):
        with pytest.raises(BadDocument):
            read_document(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_readable_encodings(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "chương trình.txt"
    path.write_bytes(REAL.replace("\n", "\r\n").encode(encoding))
    assert len(parse(read_document(path)).indicators) == 24


@pytest.mark.parametrize("arguments", [["khong-co.md"], ["khong-co.md", "--dry-run", "--json"]])
def test_the_command_says_it_and_ends_with_2(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "import", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.strip() == "Không tìm thấy tệp “khong-co.md”."
    assert done.stdout == ""
