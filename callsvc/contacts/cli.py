"""``callsvc contacts``: import a list."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from callsvc.contacts.importing import ImportReport
from callsvc.contacts.searching.cli import command as reindex
from callsvc.contacts.suppressions_cli import suppressions
from callsvc.runtime import Runtime


@click.group()
def contacts() -> None:
    """Contact lists."""


contacts.add_command(reindex)
contacts.add_command(suppressions)


@contacts.command("import")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--campaign", help="Put the people into this campaign.")
@click.option("--source", default="", help="Where the list comes from; the file's name by default.")
@click.option("--map", "mapping", multiple=True, metavar="COLUMN=FIELD", help='Such as "Tél=phone".')
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write refused cells here.")
@click.option("--platform", help="Platform of people whose department is unknown, such as 67.")
@click.option("--language", default="fr", show_default=True, help="Of people whose language is unknown.")
@click.option(
    "--country", "countries", multiple=True, help="ISO code that may be called; a setting by default."
)
@click.option("--consent-basis", default="public-interest", show_default=True)
@click.option("--consent-on", type=click.DateTime(["%Y-%m-%d"]), help="The day of that basis.")
@click.option("--cancel", metavar="IMPORT", help="End the import of this id before its next lines.")
@click.option("--synthetic", is_flag=True, help="Every number of the file is generated; simulator only.")
@click.option("--dry-run", is_flag=True, help="Read and report; store nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def import_(
    make_rt: Callable[[], Runtime],
    *,
    file: Path | None,
    campaign: str | None,
    source: str,
    mapping: tuple[str, ...],
    rejects: Path | None,
    platform: str | None,
    language: str,
    countries: tuple[str, ...],
    consent_basis: str,
    consent_on: datetime | None,
    cancel: str | None,
    synthetic: bool,
    dry_run: bool,
    form: str,
) -> None:
    """Import the contact list FILE and say what was done with each row; or cancel an import."""
    from callsvc.contacts.importing_jobs import cancel_import
    from callsvc.contacts.importing_wish import require_open_campaign
    from callsvc.contacts.service import import_contacts

    if (file is None) == (cancel is None):
        raise click.UsageError("Name a list to import, or an import to --cancel.")
    rt = make_rt()
    with rt.db.begin() as tx:
        if cancel is not None:
            cancel_import(tx, cancel, "command line")
        elif campaign and not dry_run:
            require_open_campaign(tx, campaign)
    if file is None:
        click.echo(f"{cancel}: ends before its next lines; what it stored stays")
        return
    report = import_contacts(
        rt,
        file,
        source=source,
        into_campaign=campaign,
        mapping=mapping,
        synthetic=synthetic,
        default_platform=platform,
        language=language,
        consent_basis=consent_basis,
        consent_on=consent_on.date() if consent_on else None,
        countries=countries,
        rejects=rejects,
        dry_run=dry_run,
    )
    click.echo(
        json.dumps(report.as_dict(language="en"), ensure_ascii=False) if form == "json" else told(report)
    )


def _shaded(cell: str) -> str:
    """A refused cell without its digits but the last two: terminals are logged, the rejects file is not."""
    return re.sub(r"\d(?=.*\d.*\d)", "•", cell)


def told(report: ImportReport) -> str:
    """The report as a person reads it, a line per fact."""
    read_as = f"{report.encoding}, {report.delimiter!r}, header on line {report.header_line}"
    known = (
        f"{report.contacts_merged} merged, {report.contacts_known} known ({report.contacts_changed} changed)"
    )
    lines = [
        f"{report.source}: {report.status} ({read_as})",
        f"{report.rows} rows: {report.kept} kept, {report.refused} refused; {report.numbers} numbers",
        f"{report.contacts_new} new people, {known}, {report.shared_numbers} sharing a number",
        f"{report.suppressions_new} opt-outs recorded, {report.suppressed_already} rows already opted out",
    ]
    unused = [name for name, field in report.columns if field is None]
    if unused:
        lines.append(f"columns not used: {', '.join(unused)}")
    for title, counts in (("refused", report.refusals), ("said", report.said), ("", report.not_people)):
        lines += [f"{title or 'not people'}: {reason} {count}" for reason, count in counts.most_common()]
    lines += [
        f"line {problem.line}, {problem.column or 'whole line'}: {_shaded(problem.cell)!r}: "
        + problem.says("en")
        for problem in report.examples
    ]
    return "\n".join(lines)
