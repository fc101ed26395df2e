"""``callsvc doctor``."""

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

from callsvc.operations.checks.finding import Finding, skipped

_MARKS = {"ok": "ok   ", "wrong": "WRONG", "skipped": "-    "}


def examine() -> Iterator[Finding]:
    """All findings, one after the other; what cannot be asked for want of settings is skipped."""
    from callsvc.core.settings import Settings
    from callsvc.operations.checks import carrier, machine, rows, servers, stops

    yield machine.check_python()
    first = machine.check_settings()
    yield first
    if first.state == "wrong":
        for check in ("database", "redis", "stream", "carrier", "signature", "clock", "disk", "stop", "rows"):
            yield skipped(check, "Not asked, as the settings are not right.")
        return
    settings = Settings.from_environment()
    yield servers.check_database(settings)
    yield servers.check_redis(settings)
    yield servers.check_stream(settings)
    answer = carrier.ask_carrier(settings)
    yield carrier.check_carrier(settings, answer)
    yield carrier.check_signature(settings)
    yield carrier.check_clock(settings, answer)
    yield machine.check_disk(settings)
    yield stops.check_stop(settings)
    yield rows.check_rows(settings)


@click.command()
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(ctx: click.Context, output: str) -> None:
    """Check this installation and say what to do; exit code 1 when something is wrong."""
    from callsvc.processes.environment import adopt_environment

    adopt_environment()
    findings = []
    for finding in examine():
        findings.append(finding)
        if output == "text":
            click.echo(f"{_MARKS[finding.state]} {finding.check:<10} {finding.message}")
            if finding.advice:
                click.echo(f"{'':16} -> {finding.advice}")
    if output == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    ctx.exit(1 if any(finding.state == "wrong" for finding in findings) else 0)
