"""``callsvc audit``: are the books true?"""

import dataclasses
import json
from collections.abc import Callable

import click

from callsvc.accounts.access import seal_access_log, verify_access_log
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
