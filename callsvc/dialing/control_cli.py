"""``callsvc campaign``: approval, edits, clones, schedules, emergency stops; ``callsvc callers``."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from callsvc.campaigns import approving
from callsvc.campaigns.caller_files import apply_callers, declared, read_callers
from callsvc.campaigns.cloning import clone
from callsvc.campaigns.definition import settings_in
from callsvc.campaigns.definitions.schedule import instant_of
from callsvc.campaigns.editing import edit, undo_last_edit
from callsvc.campaigns.exporting import file_of
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import lift_stop
from callsvc.campaigns.needing import approval_terms, people_in, set_approval_size
from callsvc.campaigns.queries import require_all_regions
from callsvc.campaigns.scheduling import schedule
from callsvc.core.errors import Invalid
from callsvc.core.text_files import text_of
from callsvc.dialing.cli import campaign
from callsvc.dialing.proving import author, authored, proven
from callsvc.dialing.stop_reports import StopReport
from callsvc.dialing.stopping import emergency_stop
from callsvc.runtime import Runtime

__all__ = ["callers", "campaign"]

MakeRuntime = Callable[[], Runtime]
_YAML_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@campaign.command("ask")
@click.argument("campaign_id")
@click.option("--as", "email", required=True, help="E-mail of the administrator who asks.")
@click.pass_obj
def ask(make_runtime: MakeRuntime, campaign_id: str, email: str) -> None:
    """Ask for a second person's approval; asks for the password or an API key of whoever asks."""
    rt = make_runtime()
    by = proven(rt, email)
    with rt.db.begin() as tx:
        require_all_regions(tx, by, campaign_id)
        approving.ask_approval(tx, campaign_id, by.account_id)
    click.echo(f"{campaign_id}: approval asked")


@campaign.command("approve")
@click.argument("campaign_id")
@click.option("--as", "email", required=True, help="E-mail of the administrator who says yes.")
@click.option("--refuse", "why", default="", help="Say no instead, and why.")
@click.pass_obj
def approve(make_runtime: MakeRuntime, campaign_id: str, email: str, why: str) -> None:
    """Say yes (or no) to a campaign as it is now; asks for that person's password or API key."""
    rt = make_runtime()
    by = proven(rt, email)
    with rt.db.begin() as tx:
        require_all_regions(tx, by, campaign_id)
        if why:
            approving.refuse_approval(tx, campaign_id, by.account_id, why)
        else:
            click.echo(f"{people_in(tx, campaign_id)} people")
            approving.approve(tx, campaign_id, by.account_id)
    click.echo(f"{campaign_id}: {'refused' if why else 'approved'}")


@campaign.command("approval-size")
@click.argument("people", required=False, type=click.IntRange(min=0))
@click.option("--margin", type=click.IntRange(0, 100), help="Percent by which a yes may be outgrown.")
@click.option("--as", "email", default="", help="E-mail of the administrator who sets it.")
@click.pass_obj
def approval_size(make_runtime: MakeRuntime, people: int | None, margin: int | None, email: str) -> None:
    """Show, or set, how many people one person may call alone (0: as many as they like)."""
    rt = make_runtime()
    if people is not None:
        if not email:
            raise click.UsageError("Say who sets it: --as EMAIL of an administrator of the whole country.")
        who = author(rt, email)
        who.require_whole_country()
        with rt.db.begin() as tx:
            set_approval_size(tx, people, who.by, margin=margin)
    with rt.db.read() as tx:
        terms = approval_terms(tx)
    click.echo(f"{terms.size} people, and {terms.margin} % more than a second person saw")


@campaign.command("clone")
@click.argument("campaign_id")
@click.argument("new_id")
@click.option("--title", default="")
@authored
@click.pass_obj
def clone_command(make_runtime: MakeRuntime, campaign_id: str, new_id: str, title: str, email: str) -> None:
    """Make NEW_ID from the file of another campaign: a draft without people."""
    rt = make_runtime()
    who = author(rt, email)
    with rt.db.begin() as tx:
        clone(tx, campaign_id, new_id, who.by, title=title)
    click.echo(f"{new_id}: draft")


@campaign.command("export")
@click.argument("campaign_id")
@click.pass_obj
def export(make_runtime: MakeRuntime, campaign_id: str) -> None:
    """Print the file that makes it; applied again it changes nothing."""
    with make_runtime().db.read() as tx:
        click.echo(file_of(campaign_row(tx, campaign_id)), nl=False)


@campaign.command("edit")
@click.argument("campaign_id")
@click.argument("file", type=_YAML_FILE)
@authored
@click.pass_obj
def edit_command(make_runtime: MakeRuntime, campaign_id: str, file: Path, email: str) -> None:
    """Replace the settings that FILE names, keep the others; also while it runs."""
    changes = settings_in(text_of(file))
    rt = make_runtime()
    who = author(rt, email)
    with rt.db.begin() as tx:
        who.require_may_change(tx, campaign_id)
        changed = edit(tx, campaign_id, changes, who.by)
    click.echo(f"{campaign_id}: {'edited' if changed else 'nothing to change'}")


@campaign.command("undo")
@click.argument("campaign_id")
@authored
@click.pass_obj
def undo(make_runtime: MakeRuntime, campaign_id: str, email: str) -> None:
    """Take the last edit back."""
    rt = make_runtime()
    who = author(rt, email)
    with rt.db.begin() as tx:
        who.require_may_change(tx, campaign_id)
        for one in undo_last_edit(tx, campaign_id, who.by):
            click.echo(f"{one.field}: {one.before} -> {one.after}")


@campaign.command("schedule")
@click.argument("campaign_id")
@click.option("--start", default="", help="Local time of the installation, such as '2026-11-23 09:00'.")
@click.option("--end", default="")
@authored
@click.pass_obj
def schedule_command(make_runtime: MakeRuntime, campaign_id: str, start: str, end: str, email: str) -> None:
    """Start and end it by itself; without times: by hand again."""
    rt = make_runtime()
    who = author(rt, email)
    with rt.db.begin() as tx:
        who.require_may_change(tx, campaign_id)
        starts_at, ends_at = (_instant(rt, text) for text in (start, end))
        schedule(tx, campaign_id, starts_at, ends_at, who.by)
    click.echo(f"{campaign_id}: starts {start or 'by hand'}, ends {end or 'by hand'}")


def _instant(rt: Runtime, text: str) -> datetime | None:
    try:
        return instant_of(text, rt.settings.zone)
    except ValueError:
        raise Invalid("schedule-time-unreadable", f"Write {text!r} as 2026-11-23 09:00.") from None


@campaign.command("stop")
@click.argument("campaign_id", required=False)
@click.option("--all", "everything", is_flag=True, help="Everything, until `callsvc campaign lift-stop`.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@authored
@click.pass_obj
def stop(
    make_runtime: MakeRuntime, *, campaign_id: str | None, everything: bool, form: str, email: str
) -> None:
    """Stop now and say what that did: what rings or waits at the carrier is cancelled, and every unsent SMS.

    One campaign ends for good. With --all campaigns are paused, and none starts until the stop is lifted.
    """
    if everything == bool(campaign_id):
        raise click.UsageError("Give one campaign, or --all.")
    rt = make_runtime()
    who = author(rt, email)
    if everything:
        who.require_whole_country()
    report = emergency_stop(rt, campaign_id, who.by, principal=who.principal)
    click.echo(json.dumps(_as_json(report), indent=1) if form == "json" else _as_text(report))


def _as_json(report: StopReport) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(report).items()
    }


def _as_text(report: StopReport) -> str:
    took = "not all settled yet" if report.seconds is None else f"{report.seconds:.1f} s"
    return "\n".join(
        (
            f"{report.campaign_id or 'everything'}: stopped, {took}",
            f"  {report.campaigns:>6}  campaigns that ran",
            f"  {report.ringing_hung_up:>6}  ringing calls hung up",
            f"  {report.queued_canceled:>6}  calls cancelled in the carrier's queue",
            f"  {report.planned_dropped:>6}  planned calls dropped",
            f"  {report.sms_canceled:>6}  unsent SMS cancelled",
            f"  {report.in_progress_left:>6}  answered calls left to end",
            f"  {report.unsettled:>6}  not confirmed by the carrier yet",
        )
    )


@campaign.command("lift-stop")
@authored
@click.pass_obj
def lift(make_runtime: MakeRuntime, email: str) -> None:
    """Let campaigns start and resume again, each by hand."""
    rt = make_runtime()
    who = author(rt, email)
    who.require_whole_country()
    with rt.db.begin() as tx:
        lifted = lift_stop(tx, who.by)
    click.echo("The stop is lifted." if lifted else "Nothing was stopped.")


@click.group()
def callers() -> None:
    """Pools of numbers, short codes and names that people are shown."""


@callers.command("apply")
@click.argument("file", type=_YAML_FILE)
@authored
@click.pass_obj
def apply_pools(make_runtime: MakeRuntime, file: Path, email: str) -> None:
    """Make the pools what FILE says; applied twice it changes nothing."""
    rt = make_runtime()
    who = author(rt, email)
    who.require_whole_country()
    with rt.db.begin() as tx:
        changed = apply_callers(tx, read_callers(text_of(file)), who.by)
    click.echo("applied" if changed else "nothing to change")


@callers.command("show")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def show_pools(make_runtime: MakeRuntime, form: str) -> None:
    """The pools and what each sender can do."""
    with make_runtime().db.read() as tx:
        pools = declared(tx)
    if form == "json":
        click.echo(pools.model_dump_json(indent=1))
        return
    for pool in pools.pools:
        click.echo(f"{pool.id}: {pool.title}, by {pool.choose}, to check: {pool.verify or '-'}")
        for one in pool.senders:
            able = [name for name in ("voice", "sms", "can_reply") if getattr(one, name)]
            click.echo(f"  {one.value:<14} {one.kind:<18} {' '.join(able)} {' '.join(one.regions)}")
