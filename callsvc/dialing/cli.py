"""`callsvc campaign ...` and `callsvc reconcile`."""

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.text_files import text_of
from callsvc.dialing import settling
from callsvc.dialing.preview import MOST_LOOKED_AT, Preview, preview
from callsvc.dialing.proving import author, authored
from callsvc.dialing.saying import sentences
from callsvc.flows.service import publish
from callsvc.messages.estimating import estimate
from callsvc.messages.telling import cost_json, cost_lines
from callsvc.runtime import Runtime

MakeRuntime = Callable[[], Runtime]


@click.group()
def campaign() -> None:
    """Campaigns: apply a file, preview, start, pause, resume, stop, status."""


@campaign.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--flow-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Publish this flow first.",
)
@authored
@click.pass_obj
def apply(make_runtime: MakeRuntime, file: Path, flow_file: Path | None, email: str) -> None:
    """Make the campaign what FILE says; applied twice it changes nothing."""
    rt = make_runtime()
    who = author(rt, email)
    if flow_file is not None:
        with rt.db.begin() as tx:
            publish(tx, text_of(flow_file), who.by)
    wanted = read_campaign(text_of(file))
    changed = apply_campaign(rt, wanted, who.by, principal=who.principal)
    click.echo(f"{wanted.id}: {'applied' if changed else 'nothing to change'}")


@campaign.command("preview")
@click.argument("campaign_id")
@click.option("--everybody", is_flag=True, help="Look at everybody, not at a sample of a large list.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def show_preview(make_runtime: MakeRuntime, *, campaign_id: str, everybody: bool, form: str) -> None:
    """Who will be called, who will not and why, and when it ends at the configured rate."""
    rt = make_runtime()
    began = time.monotonic()
    with rt.db.read() as tx:
        told = preview(tx, campaign_id, most=0 if everybody else MOST_LOOKED_AT)
        said = [*sentences(told, tx.now), *cost_lines(cost := estimate(tx, campaign_id))]
    if form == "json":
        click.echo(json.dumps(_as_json(told) | {"sentences": said, "sms": cost_json(cost)}, indent=2))
        return
    click.echo("\n".join([_as_text(told), *(f"  {one}" for one in said)]))
    click.echo(f"  {told.sampled or told.people} people looked at in {time.monotonic() - began:.1f} s")


def _as_json(told: Preview) -> dict[str, object]:
    projection = told.projection
    return {
        "campaign": told.campaign_id,
        "people": told.people,
        "now": told.now,
        "later": dict(told.later),
        "never": dict(told.never),
        "done": dict(told.done),
        "examples": told.examples,
        "first_opening": told.first_opening.isoformat() if told.first_opening else None,
        "ends_at": told.ends_at.isoformat() if told.ends_at else None,
        "last_retry_ends_at": projection.ends_at.isoformat() if projection and projection.ends_at else None,
        "regions": {
            code: {
                "now": some.now,
                "later": dict(some.later),
                "never": dict(some.never),
                "done": dict(some.done),
            }
            for code, some in sorted(told.regions.items())
        },
        "sampled": told.sampled,
        "margin": told.margin,
    }


def _as_text(told: Preview) -> str:
    lines = [f"{told.campaign_id}: {told.people} people, {told.now} may be called now"]
    for title, counter in (("later", told.later), ("never", told.never), ("done", told.done)):
        lines += [f"  {title:<6} {count:>6}  {reason}" for reason, count in counter.most_common()]
    return "\n".join(lines)


def _state_command(action: str, text: str) -> None:
    @campaign.command(action, help=text)
    @click.argument("campaign_id")
    @authored
    @click.pass_obj
    def command(make_runtime: MakeRuntime, campaign_id: str, email: str) -> None:
        rt = make_runtime()
        who = author(rt, email)
        state = change_state(rt, campaign_id, action, who.by, principal=who.principal)
        click.echo(f"{campaign_id}: {state}")


_state_command("start", "Start calling.")
_state_command("pause", "Place no further calls; calls under way go on.")
_state_command("resume", "Go on after a pause.")
_state_command("close", "End in peace: no further tries, everybody gets an outcome, callbacks are kept.")


@campaign.command("status")
@click.argument("campaign_id")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def status(make_runtime: MakeRuntime, campaign_id: str, form: str) -> None:
    """Counts by place and outcome."""
    with make_runtime().db.read() as tx:
        row = campaign_row(tx, campaign_id)
        places = tx.all(
            sa.select(campaign_contact.c.status, campaign_contact.c.outcome).where(
                campaign_contact.c.campaign_id == campaign_id
            )
        )
    counts = Counter(place.outcome or place.status for place in places)
    if form == "json":
        click.echo(json.dumps({"campaign": row.id, "state": row.state, "counts": dict(counts)}))
        return
    click.echo(f"{row.id}: {row.state}")
    for name, count in counts.most_common():
        click.echo(f"  {count:>6}  {name}")


@click.command()
@click.pass_obj
def reconcile(make_runtime: MakeRuntime) -> None:
    """Fetch every live call and settle every call in doubt at the carrier, now."""
    rt = make_runtime()
    with rt.db.read() as tx:
        live = tx.all(
            sa.select(leg.c.id).where(leg.c.placement.in_(("placed", "received")), leg.c.ended_at.is_(None))
        )
        doubts = tx.all(
            sa.select(leg.c.id).where(leg.c.placement == "in-doubt", leg.c.settle_at <= tx.machine_now)
        )
    settling.reconcile(rt, [row.id for row in live])
    settling.settle_doubts(rt, [row.id for row in doubts])
    click.echo(f"fetched {len(live)} live calls, looked up {len(doubts)} in doubt")
