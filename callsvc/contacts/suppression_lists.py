"""Do-not-contact lists, in and out: a file of numbers somebody must not contact, and all that we hold.

A list read twice changes nothing the second time; what is not one number comes back with its line and reason,
and everything else is in force with the row's own transaction. Nothing of a list ever ends an entry.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import sqlalchemy as sa

from callsvc.accounts.scope import Principal
from callsvc.contacts.lifting import numbers_seen, seen_suppressions
from callsvc.contacts.numbers import reveal, store_number
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import phone_number, suppression
from callsvc.core.db import Tx, again_after_deadlock
from callsvc.core.errors import Invalid
from callsvc.core.phone_numbers import Number, read_cell, sentence, zone_of
from callsvc.core.settings import Settings
from callsvc.core.spreadsheets import harmless
from callsvc.runtime import Runtime

SCOPES = ("sms", "purpose", "all")
COLUMNS = ("number", "scope", "purpose", "source", "evidence", "recorded_at", "lifted_at")
_HEADS = {
    "number": ("number", "numero", "numéro", "telephone", "téléphone", "phone", "tel", "tél", "msisdn"),
    "scope": ("scope", "portee", "portée"),
    "purpose": ("purpose", "finalite", "finalité", "objet"),
}
_AT_ONCE = 500
_PAGE = 1000
LONGEST = 10_000  # characters of one line: more is no line of such a list
_MOST_REJECTS = 10_000  # kept; further ones are counted


@dataclass(frozen=True)
class Reject:
    """``line`` counts from 1; ``reason`` is an id of ``callsvc.core.phone_numbers`` or one of this module."""

    line: int
    cell: str
    reason: str

    def says(self, language: str) -> str:
        own = {
            "scope-unknown": ("La portée est sms, purpose ou all.", "A scope is sms, purpose or all."),
            "purpose-missing": (
                "La portée purpose, et elle seule, nomme une finalité.",
                "The scope purpose, and no other, names a purpose.",
            ),
            "several-numbers": ("Un seul numéro par ligne.", "One number a line."),
            "number-not-yours": (
                "Personne de vos régions n'a ce numéro : un compte de tout le pays l'ajoute.",
                "Nobody of your regions has this number: an account of the whole country adds it.",
            ),
            "line-too-long": ("Cette ligne est trop longue.", "This line is too long."),
        }
        if self.reason in own:
            return own[self.reason][language != "fr"]
        return sentence(self.reason, language)


@dataclass
class ListReport:
    """What became of a list: rows = new + known + refused."""

    rows: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def refuse(self, line: int, cell: str, reason: str) -> None:
        self.refused += 1
        if len(self.rejects) < _MOST_REJECTS:
            self.rejects.append(Reject(line, cell[:80], reason))


@dataclass(frozen=True)
class _Entry:
    line: int
    number: Number
    scope: str
    purpose: str


def import_suppressions(
    rt: Runtime,
    lines: Iterable[str],
    *,
    name: str,
    scope: str = "all",
    purpose: str = "",
    principal: Principal | None = None,
) -> ListReport:
    """Read a list (CSV with ; , or tab, with or without a header) in constant memory.

    ``scope`` and ``purpose`` are of rows that name none. ``name`` becomes the evidence of each entry, with
    its line. ``principal`` (None: the command line) adds numbers of people of their places alone; what is of
    nobody they see is refused alike, so that nothing is learned. Raises ``purpose-missing`` and
    ``scope-unknown`` where these two are wrong themselves.
    """
    if scope not in SCOPES:
        raise Invalid("scope-unknown", "A scope is sms, purpose or all.")
    if (scope == "purpose") != bool(purpose):
        raise Invalid("purpose-missing", "Name the purpose for the scope 'purpose', and only for that.")
    report = ListReport()
    entries = _entries(rt.settings, lines, report, scope, purpose)
    while batch := list(islice(entries, _AT_ONCE)):
        mine = _mine(rt, principal, batch, report)
        report.new += again_after_deadlock(lambda mine=mine: _store(rt, mine, name))  # type: ignore[misc]
    report.known = report.rows - report.new - report.refused
    return report


def _mine(rt: Runtime, principal: Principal | None, batch: list[_Entry], report: ListReport) -> list[_Entry]:
    """Without the numbers of nobody whom the principal sees."""
    if principal is None or principal.sees_everything:
        return batch
    with rt.db.read() as tx:
        seen = numbers_seen(tx, principal, [entry.number.e164 for entry in batch])
    for entry in batch:
        if entry.number.e164 not in seen:
            report.refuse(entry.line, entry.number.raw, "number-not-yours")
    return [entry for entry in batch if entry.number.e164 in seen]


def _store(rt: Runtime, batch: Sequence[_Entry], name: str) -> int:
    with rt.db.begin() as tx:
        ids = [(_number_id(tx, entry.number), entry) for entry in batch]
        # In one order, so that two lists at a time wait for each other instead of deadlocking.
        return sum(
            suppress(
                tx,
                number_id,
                entry.scope,
                purpose=entry.purpose,
                source="list",
                evidence=f"{name[:60]}:{entry.line}",
            )
            for number_id, entry in sorted(ids, key=lambda pair: (pair[0], pair[1].line))
        )


def _number_id(tx: Tx, read: Number) -> str:
    return store_number(
        tx,
        read.e164,
        synthetic=read.synthetic,
        country=read.territory,
        kind=read.kind,
        zone=zone_of(territory=read.territory) or "Europe/Paris",
    )


def _entries(
    settings: Settings, lines: Iterable[str], report: ListReport, scope: str, purpose: str
) -> Iterator[_Entry]:
    countries = frozenset(code.strip().upper() for code in settings.callsvc_countries.split(","))
    columns: dict[str, int] = {}
    for line, cells in _rows(lines, report):
        if not columns:
            columns = _columns(cells)
            if columns.get("header"):
                continue
        cell = _cell(cells, columns, "number")
        report.rows += 1
        wanted = _cell(cells, columns, "scope").strip().casefold() or scope
        about = _cell(cells, columns, "purpose").strip() or (purpose if wanted == "purpose" else "")
        readings = read_cell(cell, fiction_allowed=settings.carrier_is_loopback, countries=countries)
        numbers = [one for one in readings if isinstance(one, Number)]
        if wanted not in SCOPES:
            report.refuse(line, wanted, "scope-unknown")
        elif (wanted == "purpose") != bool(about):
            report.refuse(line, about, "purpose-missing")
        elif len(numbers) != 1:
            why = [one.reason for one in readings if not isinstance(one, Number)]
            report.refuse(line, cell, "several-numbers" if numbers else (why or ["text-not-number"])[0])
        else:
            yield _Entry(line, numbers[0], wanted, about[:60])


def _rows(lines: Iterable[str], report: ListReport) -> Iterator[tuple[int, list[str]]]:
    """Line and cells; quotes do not span lines, so that one that is never closed costs its own line."""
    numbered = enumerate((line.rstrip("\r\n") for line in lines), start=1)
    filled = ((number, line.lstrip("\ufeff")) for number, line in numbered if line.strip())
    first = next(filled, None)
    if first is None:
        return
    delimiter = max(";,\t|", key=first[1].count)
    for number, line in chain([first], filled):
        if len(line) > LONGEST:
            report.rows += 1
            report.refuse(number, "", "line-too-long")
            continue
        text = re.sub(r"[\0\r\n]", " ", line)
        yield number, next(csv.reader([text], delimiter=delimiter), [])


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is; without a header the first is the number."""
    heads = [cell.strip().casefold() for cell in cells]
    found = {
        name: place for name, known in _HEADS.items() for place, head in enumerate(heads) if head in known
    }
    return {**found, "header": 1} if "number" in found else {"number": 0, "header": 0}


def _cell(cells: Sequence[str], columns: dict[str, int], name: str) -> str:
    place = columns.get(name)
    return cells[place] if place is not None and place < len(cells) else ""


def export_suppressions(
    rt: Runtime, principal: Principal | None, *, scope: str = "", source: str = "", lifted: bool = False
) -> Iterator[str]:
    """The entries the principal may see (None: all), as lines of CSV with a header, in constant memory.

    What it gives can be imported again. Whoever calls records that it was read.
    """
    yield _csv(COLUMNS)
    after = ""
    while True:
        with rt.db.read() as tx:
            rows = tx.all(_page(principal, scope, source, lifted, after))
            lines = [_csv(_told(tx, row)) for row in rows]
        yield from lines
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def _page(
    principal: Principal | None,
    scope: str,
    source: str,
    lifted: bool,
    after: str,
) -> sa.Select[tuple[object, ...]]:
    entry = suppression.c
    wanted = (
        sa.select(suppression, phone_number.c.ciphertext, phone_number.c.fingerprint)
        .join(phone_number, phone_number.c.id == entry.number_id)
        .where(entry.id > after, seen_suppressions(principal) if principal else sa.true())
    )
    if not lifted:
        wanted = wanted.where(entry.lifted_at.is_(None))
    for column, value in ((entry.scope, scope), (entry.source, source)):
        wanted = wanted.where(column == value) if value else wanted
    return wanted.order_by(entry.id).limit(_PAGE)


def _told(tx: Tx, row: sa.Row[tuple[object, ...]]) -> list[str]:
    values = [getattr(row, name) for name in COLUMNS[1:]]
    told = [
        "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
        for value in values
    ]
    return [reveal(tx, row), *map(harmless, told)]


def rejects_csv(report: ListReport) -> Iterator[str]:
    """What was refused, as lines of CSV: line, cell, reason, and a sentence in French and in English."""
    yield _csv(("ligne", "cellule", "motif", "explication", "explanation"))
    for one in report.rejects:
        yield _csv([str(one.line), harmless(one.cell), one.reason, one.says("fr"), one.says("en")])


def _csv(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow(cells)
    return out.getvalue()
