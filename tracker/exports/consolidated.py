"""The consolidated report as a document: the outline of its kind filled from the snapshot, with two to four annexes."""

from collections.abc import Callable

from tracker.exports.body import Body
from tracker.exports.decree30 import AdministrativeDocument
from tracker.exports.decree30_pdf import PdfDocument
from tracker.exports.material import Material
from tracker.exports.paper import Paper, number_line, place_line, subject_lines
from tracker.exports.report_annexes import write_annexes
from tracker.exports.report_blocks import Writer

MAKERS: dict[str, Callable[..., Paper]] = {"docx": AdministrativeDocument, "pdf": PdfDocument}


def report_document(material: Material, form: str = "docx") -> bytes:
    """A "docx" or "pdf" in the layout of Decree 30/2020; the same material gives the same bytes. Number and day stay
    blank until the report is issued."""
    snapshot = material.snapshot
    title = material.title
    paper = MAKERS[form](title, banner="DỮ LIỆU MẪU" if snapshot.sample_data else "")
    paper.heading(
        parent=snapshot.parent_agency,
        agency=snapshot.agency,
        number=number_line(material.issue.number, material.symbol),
        place_and_date=place_line(snapshot.place, material.issue.day, material.built_year),
        kind="BÁO CÁO",
        subject=subject_lines(title),
    )
    paper.addressed_to([material.addressee])
    body = Body()
    Writer(body, material).write()
    body.write(paper)
    recipients = snapshot.recipients if material.recipient == "committee" else snapshot.above_recipients
    paper.signature(
        authority=material.issue.signed_as or (snapshot.head_title,),
        recipients=(*recipients, f"Lưu: VT, {snapshot.agency_short}."),
        name=material.issue.signer,
    )
    write_annexes(paper, material)
    return paper.save()
