"""``flow import``: a flow of Twilio Studio or of a FLOIP container, as a flow of ours."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ivr_flows.definition import load
from ivr_flows.findings import FlowInvalid
from ivr_flows.importing import Imported, ImportRefused, Options, import_flows, read_options
from ivr_flows.lint import lint


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--language", "languages", multiple=True, help="Language of the texts; the first is the usual one."
)
@click.option(
    "--table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="YAML with your names for theirs: names, functions, transfers, queues, hosts, flows.",
)
@click.option("--id", "flow_id", help="Id of the flow; from its title by default.")
@click.option("--output", type=click.Path(path_type=Path), help="File, or folder for several flows.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def import_command(
    file: Path,
    *,
    languages: tuple[str, ...],
    table: Path | None,
    flow_id: str | None,
    output: Path | None,
    force: bool,
    style: str,
) -> None:
    """Read an export of Twilio Studio or FLOIP; write a flow, and report on every state.

    The flow goes to --output, else to standard output, and the report to standard error.
    """
    try:
        options = _options(table, languages, flow_id)
        flows = import_flows(file.read_text("utf-8-sig"), options)
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: this is not text in UTF-8: export the flow again") from None
    except (ImportRefused, FlowInvalid) as error:
        raise click.ClickException(f"{file}: {error}") from None
    written = _write(flows, output, force) if output else {}
    if style == "json":
        click.echo(json.dumps([_data(flow) for flow in flows], ensure_ascii=False))
        return
    for flow in flows:
        if output is None:
            click.echo(flow.text, nl=False)
        click.echo("\n".join(_lines(flow, written.get(flow.id))), err=output is None)


def _options(table: Path | None, languages: tuple[str, ...], flow_id: str | None) -> Options:
    if table is None:
        return Options(languages=languages, id=flow_id)
    return read_options(table.read_text("utf-8"), languages=languages, id=flow_id)


def _write(flows: list[Imported], output: Path, force: bool) -> dict[str, Path]:
    """Each flow in its file, none over another without being told."""
    folder = output.is_dir() or len(flows) > 1
    if folder:
        output.mkdir(parents=True, exist_ok=True)
    paths = {flow.id: output / f"{flow.id}.yaml" if folder else output for flow in flows}
    there = [path for path in paths.values() if path.exists() and not force]
    if there:
        raise click.ClickException(f"{there[0]} is there already: name another file, or add --force")
    for flow in flows:
        paths[flow.id].write_text(flow.text, "utf-8")
    return paths


def _lines(flow: Imported, path: Path | None) -> list[str]:
    kinds = [finding.severity for finding in lint(load(flow.text))]
    counts = f"lint: {kinds.count('error')} errors, {kinds.count('warning')} warnings"
    return [f"{path or flow.id}: {flow.report.as_text()}", counts]


def _data(flow: Imported) -> dict[str, object]:
    findings = [finding.as_dict() for finding in lint(load(flow.text))]
    return {"id": flow.id, "text": flow.text, "report": flow.report.as_data(), "findings": findings}
