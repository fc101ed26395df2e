"""``callsvc campaign rehearse``: play it here and now, and print what came of it."""

import json
from collections.abc import Callable
from typing import Any

import click

from callsvc.campaigns.authors import by_command_line
from callsvc.dialing.control_cli import campaign
from callsvc.dialing.rehearsing import MOST_PEOPLE, USUAL_PEOPLE, rehearsal_of
from callsvc.dialing.rehearsing import rehearse as ask
from callsvc.runtime import Runtime

__all__ = ["campaign"]


@campaign.command("rehearse")
@click.argument("campaign_id")
@click.option("--people", default=USUAL_PEOPLE, show_default=True, type=click.IntRange(1, MOST_PEOPLE))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def rehearse(make_runtime: Callable[[], Runtime], campaign_id: str, people: int, form: str) -> None:
    """Hold its flow with invented people, on a carrier of this machine; nobody real is called."""
    from callsvc.rehearsal.running import run_rehearsals

    rt = make_runtime()
    rehearsal_id = ask(rt, campaign_id, people, by=by_command_line())
    run_rehearsals(rt, [rehearsal_id])
    with rt.db.read() as tx:
        row = rehearsal_of(tx, campaign_id, rehearsal_id)
    if form == "json":
        told = {"id": row.id, "status": row.status, "problem": row.problem, **row.report}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    click.echo("\n".join(_lines(row)))


def _lines(row: Any) -> list[str]:
    if row.status != "completed":
        return [f"{row.campaign_id}: {row.status} {row.problem}"]
    report = row.report
    sent = report["messages"]
    played = f"{report['calls']} calls of {report['mean_call_s']} s, played in {report['real_s']} s"
    lines = [
        f"{row.campaign_id}: {report['people']} invented people, {played}",
        f"  results:  {_counts(report['outcomes'])}",
        f"  calls:    {_counts(report['tries'])}",
        f"  agents:   {report['for_agents']} came to a step that waits for one",
        f"  SMS:      {sent['sent']}, {sent['segments']} segments",
        f"  problems: {_counts(report['problems'])}",
    ]
    return lines + [
        f"  {step['entered']:>5} came, {step['left']:>3} left, {step['mean_s'] or 0:>6.1f} s  {step['step']}"
        for step in report["steps"]
    ]


def _counts(counts: dict[str, int]) -> str:
    return (
        ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda one: -one[1]))
        or "none"
    )
