"""What an edition holds besides its row: files, rows apart from its snapshot, and what the office made of sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from tracker.models.report import BuildState, ConsolidatedReport, EditedSection, EditionFile, SnapshotPart


def parts(session: Session, report_id: int, kind: str) -> Sequence[bytes]:
    return session.scalars(
        select(SnapshotPart.content)
        .where(SnapshotPart.report_id == report_id, SnapshotPart.kind == kind)
        .order_by(SnapshotPart.number)
    ).all()


def copy_parts(session: Session, from_id: int, to_id: int) -> None:
    session.execute(
        text(
            "INSERT INTO snapshot_parts (report_id, kind, number, content)"
            " SELECT :to, kind, number, content FROM snapshot_parts WHERE report_id = :from"
        ),
        {"from": from_id, "to": to_id},
    )


def file(session: Session, report_id: int, kind: str) -> bytes | None:
    return session.scalar(
        select(EditionFile.content).where(EditionFile.report_id == report_id, EditionFile.kind == kind)
    )


def file_kinds(session: Session, report_id: int) -> dict[str, int]:
    """Kind → size in bytes of what there is beside the .docx."""
    rows = session.execute(
        text("SELECT kind, octet_length(content) AS size FROM edition_files WHERE report_id = :id ORDER BY kind"),
        {"id": report_id},
    )
    return {row.kind: row.size for row in rows}


@dataclass(frozen=True)
class Edit:
    """The newest of a section. `text` None: back to what is drawn; `drawn`: what was drawn when it was made."""

    id: int
    key: str
    text: str | None
    drawn: str
    edited_at: datetime
    edited_by: str


def edits(session: Session, cycle_id: int) -> dict[str, Edit]:
    """Section → its newest edit."""
    rows = session.scalars(
        select(EditedSection)
        .where(EditedSection.cycle_id == cycle_id)
        .ext(distinct_on(EditedSection.key))
        .order_by(EditedSection.key, EditedSection.id.desc())
        .options(joinedload(EditedSection.edited_by))
    )
    return {row.key: _edit(row) for row in rows}


def history(session: Session, cycle_id: int, key: str, limit: int = 20) -> list[Edit]:
    """Newest first."""
    rows = session.scalars(
        select(EditedSection)
        .where(EditedSection.cycle_id == cycle_id, EditedSection.key == key)
        .order_by(EditedSection.id.desc())
        .limit(limit)
        .options(joinedload(EditedSection.edited_by))
    )
    return [_edit(row) for row in rows]


def issued(session: Session, programme_id: int) -> Sequence[ConsolidatedReport]:
    """Newest first."""
    return session.scalars(
        select(ConsolidatedReport)
        .where(
            ConsolidatedReport.programme_id == programme_id,
            ConsolidatedReport.state == BuildState.DONE,
            ConsolidatedReport.issued_at.is_not(None),
        )
        .options(joinedload(ConsolidatedReport.cycle), joinedload(ConsolidatedReport.programme))
        .order_by(ConsolidatedReport.id.desc())
    ).all()


def _edit(row: EditedSection) -> Edit:
    return Edit(row.id, row.key, row.text, row.drawn, row.edited_at, row.edited_by.name)
