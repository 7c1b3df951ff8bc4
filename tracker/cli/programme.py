"""`tracker import FILE`: a programme document goes in."""

import json
from pathlib import Path

import click

from tracker.acting import acting
from tracker.app import create_app
from tracker.importing.parsed import ParsedProgramme
from tracker.importing.programme import parse
from tracker.importing.reader import read_document
from tracker.services.programme import Imported, import_programme


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read only; store nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Take in a programme document (.md or .txt)."""
    source = read_document(file)
    parsed = parse(source)
    if as_json:
        click.echo(json.dumps(parsed.as_json(), ensure_ascii=False, indent=2))
    else:
        _summarise(parsed)
    if dry_run:
        return
    with create_app().app_context(), acting() as ctx:
        outcome = import_programme(ctx, parsed, source)
        _report(outcome)


def _summarise(parsed: ParsedProgramme) -> None:
    measures = sum(len(indicator.measures) for indicator in parsed.indicators)
    duties = sum(len(addressee.clauses) for addressee in parsed.addressees)
    click.echo(parsed.programme.title)
    click.echo(
        f"{len(parsed.goals)} mục tiêu, {len(parsed.indicators)} chỉ tiêu ({measures} thành phần), "
        f"{len(parsed.solution_groups)} nhóm giải pháp, {len(parsed.addressees)} nơi nhận việc, {duties} nhiệm vụ"
    )
    for warning in parsed.warnings:
        click.echo(f"  ! {warning.ref}: {warning.message}" if warning.ref else f"  ! {warning.message}")


def _report(outcome: Imported) -> None:
    if outcome.is_new:
        click.echo("Đã nhập chương trình mới.", err=True)
    elif not outcome.changes:
        click.echo("Văn bản này đã có; không thay đổi gì.", err=True)
    else:
        click.echo(f"Phiên bản {outcome.version} của chương trình đã có; {len(outcome.changes)} thay đổi:", err=True)
        words = {"added": "thêm", "removed": "bỏ", "changed": "sửa"}
        for change in outcome.changes:
            click.echo(f"  {change['ref']}: {words[change['change']]}", err=True)


COMMANDS: list[click.Command] = [import_]
