"""``callsvc audit``: are the books true?"""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import click

from callsvc.accounts.access import seal_access_log, verify_access_log
from callsvc.audit.carrier import LATENCY_S, audit_carrier
from callsvc.audit.ledger import fetch_ledger, load_ledger
from callsvc.runtime import Runtime


@click.group()
def audit() -> None:
    """Check our books: against the carrier's, and the access log against its seals."""


@audit.command()
@click.option("--head", default=None, help="A chain head noted earlier; it must still be in the chain.")
@click.option("--seal", is_flag=True, help="Seal what is pending first.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def verify(make_rt: Callable[[], Runtime], head: str | None, seal: bool, form: str) -> None:
    """Recompute the access log's hash chain and name the first bad row."""
    rt = make_rt()
    while seal and seal_access_log(rt):
        pass
    verdict = verify_access_log(rt, head=head)
    if form == "json":
        click.echo(json.dumps(dataclasses.asdict(verdict)))
    elif verdict.first_bad_row:
        click.echo(f"BAD: row {verdict.first_bad_row}: {verdict.why}.")
    else:
        click.echo(f"OK: {verdict.sealed} rows sealed, {verdict.pending} pending, head {verdict.head}")
    if verdict.first_bad_row:
        raise SystemExit(1)


@audit.command()
@click.option(
    "--ledger", type=click.Path(path_type=Path, exists=True), help="A saved ledger, not the live one."
)
@click.option("--final", is_flag=True, help="The day is over: running campaigns must be done as well.")
@click.option("--latency", default=LATENCY_S, show_default=True, help="Real seconds between two processes.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def carrier(
    make_rt: Callable[[], Runtime], *, ledger: Path | None, final: bool, latency: float, form: str
) -> None:
    """Check every promise of a day from the carrier's own ledger; exit code 1 when one was broken."""
    rt = make_rt()
    facts = load_ledger(ledger) if ledger else fetch_ledger(rt.settings.twilio_api_base_url)
    result = audit_carrier(rt, facts, final=final, latency_s=latency)
    click.echo(json.dumps(result.as_dict(), ensure_ascii=False) if form == "json" else result.as_text())
    if not result.passed:
        raise SystemExit(1)
