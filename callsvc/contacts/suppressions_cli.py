"""``callsvc contacts suppressions``: do-not-contact lists, in and out."""

import json
from collections.abc import Callable
from pathlib import Path

import click

from callsvc.runtime import Runtime


@click.group()
def suppressions() -> None:
    """Do-not-contact lists."""


@suppressions.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--name", default="", help="What the list is called in each entry; the file's name by default.")
@click.option("--scope", type=click.Choice(["sms", "purpose", "all"]), default="all", show_default=True)
@click.option("--purpose", default="", help="For the scope purpose.")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused rows here.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def import_list(
    make_rt: Callable[[], Runtime],
    *,
    file: Path,
    name: str,
    scope: str,
    purpose: str,
    rejects: Path | None,
    form: str,
) -> None:
    """Never contact the numbers of FILE again; a list read twice changes nothing."""
    from callsvc.accounts.access import record_access
    from callsvc.contacts.suppression_lists import import_suppressions, rejects_csv

    rt = make_rt()
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        report = import_suppressions(rt, lines, name=name or file.stem, scope=scope, purpose=purpose)
    counts = {"rows": report.rows, "new": report.new, "known": report.known, "refused": report.refused}
    with rt.db.begin() as tx:
        record_access(tx, None, "suppressions-imported", "suppressions", counts)
    if rejects is not None:
        rejects.write_text("".join(rejects_csv(report)), encoding="utf-8-sig", newline="")
    if form == "json":
        click.echo(json.dumps(counts))
        return
    click.echo(
        f"{counts['rows']} rows: {counts['new']} new, {counts['known']} known, {counts['refused']} refused"
    )
    for one in report.rejects[:10]:
        click.echo(f"line {one.line}: {one.says('en')}")


@suppressions.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--scope", type=click.Choice(["sms", "purpose", "all"]), default=None)
@click.option("--source", default="", help="Only those from here: key, sms, carrier, list, import, api.")
@click.option("--lifted", is_flag=True, help="Also those that were lifted.")
@click.pass_obj
def export_list(
    make_rt: Callable[[], Runtime], *, file: Path, scope: str | None, source: str, lifted: bool
) -> None:
    """Write every entry to FILE, numbers in full: the export is recorded in the access log."""
    from callsvc.accounts.access import record_access
    from callsvc.contacts.suppression_lists import export_suppressions

    rt, written = make_rt(), -1  # the header is no entry
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        file.chmod(0o600)
        for line in export_suppressions(rt, None, scope=scope or "", source=source, lifted=lifted):
            out.write(line)
            written += 1
    with rt.db.begin() as tx:
        record_access(tx, None, "suppressions-exported", "suppressions", {"entries": written})
    click.echo(f"{written} entries written to {file}")
