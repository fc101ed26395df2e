"""A case as an interview tells it: its contacts are stored, and put into a campaign, at once.

Sent again it changes nothing; sent with more contacts it adds them. Every contact is kept, or refused with
its reasons; a refused one keeps none of the others out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.contacts.cases.queries import platform
from callsvc.contacts.forgetting import forget_nobody_meanwhile
from callsvc.contacts.importing import Problem, ReadRow, Values
from callsvc.contacts.importing.events import ContactsImported
from callsvc.contacts.importing_wish import require_open_campaign
from callsvc.contacts.preparing import EntryMaker, Placing, place
from callsvc.contacts.storing import store_batch
from callsvc.contacts.tables import contact, tracing_case
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.core.france import department_of
from callsvc.core.phone_numbers import Number, read_cell
from callsvc.core.settings import Settings
from callsvc.runtime import Runtime

_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedContact:
    """A person whom an interview names; numbers as people write them, the preferred one first."""

    numbers: Sequence[str]
    first_name: str = ""
    last_name: str = ""
    birth_year: int | None = None
    postcode: str = ""
    language: str = "fr"
    fragility: int = 0
    priority: int = 0
    elicited_at: datetime | None = None
    consent_basis: str = "public-interest"
    consent_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """An interview: whose case (a reference of the sender's, without a name), where, when, and whom it names.

    `priority` holds for each contact that has none of its own.
    """

    reference: str
    platform_code: str
    reported_at: datetime | None = None
    priority: int = 0
    contacts: Sequence[NamedContact] = ()


@dataclass(frozen=True, slots=True)
class ContactTold:
    """What became of one contact, by its place in the interview (from 0)."""

    place: int
    contact_id: str | None
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseTold:
    """A case as it was stored: `new` people are stored first by this interview."""

    case_id: str
    new: int
    contacts: tuple[ContactTold, ...]


def report_case(
    rt: Runtime, principal: Principal, report: CaseReport, campaign_id: str | None = None
) -> CaseTold:
    """Store a case and its contacts, and put them into a running campaign.

    A contact who lives in a department of the sender's goes to its platform, every other one to the case's.
    Raises `platform-unknown` (or not the sender's), `case-reference-taken`, `campaign-unknown`,
    `campaign-over`.
    """
    for last_try in (*[False] * (_TRIES - 1), True):
        try:
            with rt.db.begin() as tx:
                return _report(rt, tx, principal, report, campaign_id)
        except IntegrityError:  # a list, or another interview, stored the same people meanwhile
            if last_try:
                raise
    raise AssertionError("unreachable")


def _report(
    rt: Runtime, tx: Tx, principal: Principal, report: CaseReport, campaign_id: str | None
) -> CaseTold:
    forget_nobody_meanwhile(tx)  # also not the case, which is looked for before its contacts are stored
    platforms = _platforms(tx, principal)
    if report.platform_code not in platforms:
        raise Invalid("platform-unknown", "No platform of yours has this code.")
    if campaign_id:
        require_open_campaign(tx, campaign_id)
    case_id = _case(tx, report, platforms)
    placing = Placing(
        platforms=platforms, default_platform=report.platform_code, language="fr",
        consent_basis="public-interest", consent_on=None, import_id="", dialect=tx.dialect,
    )  # fmt: skip
    told, rows = _read(tx, report, placing)
    entry = EntryMaker(placing, tx.keyring, rt.ids.some).entry
    stored = store_batch(tx, [entry(*row) for row in rows], None, changes_in=platforms)
    if campaign_id and stored.contacts:
        tx.emit(ContactsImported(import_id="", campaign_id=campaign_id, contact_ids=tuple(stored.contacts)))
    record_access(
        tx, principal, "case-reported", case_id, {"contacts": len(rows), "refused": len(told) - len(rows)}
    )
    return CaseTold(case_id, stored.new, _with_ids(tx, told, rows, stored.by_line, platforms))


def _platforms(tx: Tx, principal: Principal) -> dict[str, str]:
    """Platform -> region: the sender's."""
    return {
        row.code: row.region_code
        for row in tx.all(sa.select(platform.c.code, platform.c.region_code))
        if principal.may_see(row.region_code, row.code)
    }


def _case(tx: Tx, report: CaseReport, platforms: Mapping[str, str]) -> str:
    """The case's id; it keeps the platform and the date it was first told with."""
    known = _case_row(tx, report.reference)
    if known is None:
        tx.insert_once(
            tracing_case,
            id=tx.new_id("cas"),
            reference=report.reference,
            platform_code=report.platform_code,
            reported_at=report.reported_at or tx.now,
            level=2,
        )
        known = _case_row(tx, report.reference)
    if known is None or known.platform_code not in platforms:
        raise Conflict(
            "case-reference-taken", "Another place uses this reference: put your own sign before it."
        )
    return str(known.id)


def _case_row(tx: Tx, reference: str) -> "Row[tuple[str, str]] | None":
    case = tracing_case.c
    return tx.first(sa.select(case.id, case.platform_code).where(case.reference == reference))


def _read(
    tx: Tx, report: CaseReport, placing: Placing
) -> tuple[list[ContactTold], list[tuple[ReadRow, str, str]]]:
    """What is said of each contact, and the rows of those that can be stored, placed."""
    told, rows = [], []
    for position, named in enumerate(report.contacts):
        row = _row(tx.settings, report, position, named)
        refused = [problem.reason for problem in row.problems]
        placed = place(row, placing) if row.numbers else None
        if isinstance(placed, Problem):
            refused.append(placed.reason)
        elif placed is not None:
            row.values.elicited_at = _local(named.elicited_at, placed[1])
            row.values.reported_at = _local(report.reported_at, placed[1])
            rows.append((row, *placed))
        told.append(ContactTold(position, None, tuple(refused)))
    return told, rows


def _row(settings: Settings, report: CaseReport, position: int, named: NamedContact) -> ReadRow:
    department = department_of(named.postcode) if named.postcode else None
    countries = frozenset(code.strip().upper() for code in settings.callsvc_countries.split(","))
    found: dict[str, Number] = {}
    problems = []
    for written in named.numbers:
        for reading in read_cell(
            written, department=department, fiction_allowed=settings.carrier_is_loopback,
            countries=countries,
        ):  # fmt: skip
            if isinstance(reading, Number):
                found.setdefault(reading.e164, reading)
            else:
                problems.append(Problem(position, "", "", reading.reason, refused=True))
    if not found and not problems:
        problems.append(Problem(position, "", "", "no-number", refused=True))
    values = Values(
        reference=report.reference, first_name=named.first_name, last_name=named.last_name,
        birth_year=named.birth_year, postcode=named.postcode if department else None, department=department,
        language=named.language, fragility=named.fragility, priority=named.priority or report.priority,
        consent_basis=named.consent_basis, consent_on=named.consent_on,
    )  # fmt: skip
    return ReadRow(position, values, tuple(found.values()), problems, [], kept=bool(found))


def _local(at: datetime | None, zone: str) -> datetime | None:
    """The same instant by the clock where the person lives, as a list would have said it."""
    return at.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) if at else None


def _with_ids(
    tx: Tx,
    told: list[ContactTold],
    rows: list[tuple[ReadRow, str, str]],
    by_line: Mapping[int, str],
    platforms: Mapping[str, str],
) -> tuple[ContactTold, ...]:
    """Ids of those who are stored, but of the people of other places, who were known there before."""
    ids = [by_line[row.line] for row, _, _ in rows]
    where = {
        row.id: row.platform_code
        for row in tx.all(sa.select(contact.c.id, contact.c.platform_code).where(contact.c.id.in_(ids)))
    }
    shown = {contact_id for contact_id, code in where.items() if code in platforms}
    return tuple(
        ContactTold(one.place, by_line[one.place], one.refused) if by_line.get(one.place) in shown else one
        for one in told
    )
