"""``flow po export`` and ``flow po import``: the hand-off to translators."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ivr_flows.definition import load
from ivr_flows.findings import FlowError
from ivr_flows.translating.exporting import to_po
from ivr_flows.translating.importing import Translated, from_po

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("po")
def po_command() -> None:
    """Hand the texts of a flow to translators, and take them back."""


@po_command.command("export")
@click.argument("file", type=_FILE)
@click.option("--language", required=True, help="The language to translate into, for example es.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Where to write; the terminal by default."
)
def export_command(file: Path, language: str, output: Path | None) -> None:
    """Write the texts of a flow as a PO file."""
    try:
        po = to_po(load(file.read_text("utf-8")), language)
    except FlowError as error:
        raise click.ClickException(str(error)) from None
    if output is None:
        click.echo(po, nl=False)
    else:
        output.write_text(po, "utf-8")
        click.echo(f"{output}: {po.count('msgctxt ')} texts")


@po_command.command("import")
@click.argument("file", type=_FILE)
@click.argument("po", type=_FILE)
@click.option("--language", default=None, help="The language of the PO file; its header says it by default.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def import_command(file: Path, po: Path, language: str | None, style: str) -> None:
    """Write the translations of a PO file back into the flow; fails when some are refused."""
    try:
        back = from_po(file.read_text("utf-8"), po.read_text("utf-8"), language)
    except FlowError as error:
        raise click.ClickException(str(error)) from None
    file.write_text(back.text, "utf-8")
    if style == "json":
        refused = [{"context": r.context, "line": r.line, "why": r.why} for r in back.refused]
        told = {"language": back.language, "taken": len(back.taken), "missing": back.missing}
        click.echo(json.dumps({**told, "refused": refused}, ensure_ascii=False))
    else:
        click.echo("\n".join(_lines(file, po, back)))
    if back.refused:
        raise SystemExit(1)


def _lines(file: Path, po: Path, back: Translated) -> list[str]:
    lines = [f"{po}:{refusal.line}: {refusal.context} refused: {refusal.why}" for refusal in back.refused]
    lines += [f"{po}: {context} is not translated" for context in back.missing]
    lines.append(f"{file}: {len(back.taken)} texts in {back.language}")
    if not back.complete:
        lines.append(f"{file}: {back.language} is not claimed under languages: until all is translated")
    return lines
