"""``flow lint``: what is wrong with flows, for who writes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from ivr_flows.definition import Definition, load
from ivr_flows.findings import Finding, FlowInvalid
from ivr_flows.lint.surroundings import SENDERS, Surroundings, inspect
from ivr_flows.saying import LANGUAGES


@click.command("lint")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--directory", help="Names that calls may be transferred to, parted by commas.")
@click.option("--hosts", help="Names of hosts that may be asked, parted by commas.")
@click.option("--senders", help=f"Kinds of the sender of SMS, parted by commas: {', '.join(SENDERS)}.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), default="en", show_default=True)
def lint_command(  # noqa: PLR0917 - click gives them by name
    files: tuple[Path, ...],
    directory: str | None,
    hosts: str | None,
    senders: str | None,
    style: str,
    language: str,
) -> None:
    """Say what is wrong with each flow; fails when there is an error.

    Sub-flows are looked for beside the file: the flow identity in identity.yaml.
    """
    kinds = _names(senders) or []
    if unknown := [kind for kind in kinds if kind not in SENDERS]:
        raise click.BadParameter(f"no sender is {unknown[0]}; there are {', '.join(SENDERS)}")

    def around(path: Path) -> Surroundings:
        return Surroundings(
            flows=_beside(path), directory=_names(directory), hosts=_names(hosts), senders=kinds
        )

    say_findings(files, around, style, language)


def say_findings(
    files: Iterable[Path], around: Callable[[Path], Surroundings], style: str, language: str
) -> None:
    """Lint each file in its surroundings and say what was found; exits with 1 when there is an error."""
    found = {
        str(path): [one.spoken(language) for one in inspect(path.read_text("utf-8"), around(path))]
        for path in files
    }
    _say(found, style)
    if any(finding.severity == "error" for findings in found.values() for finding in findings):
        raise SystemExit(1)


def _names(listed: str | None) -> list[str] | None:
    return None if listed is None else [name.strip() for name in listed.split(",") if name.strip()]


def _beside(path: Path) -> dict[str, Definition]:
    """The sub-flows of a file and theirs, as far as files of their names stand beside it."""
    found: dict[str, Definition] = {}
    waiting = [path]
    while waiting:
        try:
            definition = load(waiting.pop().read_text("utf-8"))
        except (FlowInvalid, OSError):
            continue
        for name in definition.subflows:
            other = path.with_name(f"{name}.yaml")
            try:
                if name not in found and other.exists():
                    found[name] = load(other.read_text("utf-8"))
                    waiting.append(other)
            except FlowInvalid:
                continue
    return found


def _say(found: dict[str, list[Finding]], style: str) -> None:
    if style == "json":
        data = {name: [finding.as_dict() for finding in findings] for name, findings in found.items()}
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for name, findings in found.items():
        for finding in findings:
            click.echo(f"{name}:{finding}")
        click.echo(f"{name}: {_count(findings)}")


def _count(findings: Iterable[Finding]) -> str:
    kinds = [finding.severity for finding in findings]
    return f"{kinds.count('error')} errors, {kinds.count('warning')} warnings"
