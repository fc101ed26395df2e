"""How a list would be read: its columns, what each seems to hold, and its first rows."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal

import sqlalchemy as sa

from callsvc.contacts.importing.header import HEADER_WITHIN, Column, columns_of, plain
from callsvc.contacts.importing.records import Record, Records, open_list
from callsvc.contacts.importing.sniffing import sniff
from callsvc.contacts.tables import import_mapping
from callsvc.contacts.uploads import upload_row, upload_source
from callsvc.core.db import Tx
from callsvc.core.phone_numbers import Number, read_cell
from callsvc.runtime import Runtime

SAMPLES: Final = 5
_CONVINCING: Final = 0.6  # share of a column's filled cells that are numbers, for it to be proposed

Because = Literal["remembered", "name", "content", ""]


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column as written, the field it seems to hold (None: not used), and how we know."""

    name: str
    field: str | None
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How an upload would be read. `remembered`: this source sent this header before, mapped like this.

    `samples` are the first rows as they are: show them only to whoever may read people's data.
    """

    upload_id: str
    name: str
    source: str
    size: int
    lines: int
    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[ProposedColumn, ...]
    samples: tuple[tuple[str, ...], ...]
    remembered: bool

    @property
    def has_phone(self) -> bool:
        """Without a telephone column nothing can be imported: one must be chosen."""
        return any(column.field == "phone" for column in self.columns)


def source_of_name(name: str) -> str:
    """What stays the same from one day's file to the next: `Export_2020-11-16 (2).csv` is `export`."""
    return re.sub(r"[\W\d_]+", " ", re.sub(r"\.\w{1,5}$", "", name)).strip().lower()[:120] or "list"


def propose(rt: Runtime, upload_id: str, source: str = "") -> Proposal:
    """How to read an upload; the mapping is the one this source used for this header, when it did.

    Raises `upload-unknown`, `file-empty`, `not-a-text-file`, `line-too-long`; never for a missing column.
    """
    with rt.db.read() as tx:
        upload = upload_row(tx, upload_id)
    source = source or source_of_name(upload.name)
    kept = upload_source(rt, upload_id)
    layout = sniff(kept)
    with open_list(kept, layout) as handle:
        records = list(islice(Records(handle, layout.delimiter), HEADER_WITHIN + SAMPLES))
    header = _header_among(records[:HEADER_WITHIN])
    rows = [record.cells for record in records if record.line > header.line and any(record.cells)]
    with rt.db.read() as tx:
        known = remembered(tx, source, header.cells)
    columns = _columns(header.cells, rows, known)
    return Proposal(
        upload_id=upload_id, name=upload.name, source=source, size=upload.size, lines=upload.lines,
        encoding=layout.encoding, delimiter=layout.delimiter, header_line=header.line, columns=columns,
        samples=tuple(tuple(cells[: len(columns)]) for cells in rows[:SAMPLES]), remembered=bool(known),
    )  # fmt: skip


def _header_among(records: Sequence[Record]) -> Record:
    """The line that names most fields; the first of the widest ones when none names any."""

    def score(record: Record) -> tuple[int, int]:
        columns = columns_of(record.cells, {})
        return len({column.field for column in columns if column.field}), len(columns)

    return max(records, key=score)


def _columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: dict[str, str]
) -> tuple[ProposedColumn, ...]:
    columns = columns_of(header, known)
    phone_named = any(column.field == "phone" for column in columns)
    found = []
    for place, column in enumerate(columns):
        because: Because = "remembered" if plain(column.name) in known else "name" if column.field else ""
        field = column.field
        if field is None and not phone_named and not because and _holds_numbers(rows, place):
            field, because = "phone", "content"
        found.append(ProposedColumn(column.name, field, because))
    return tuple(found)


def _holds_numbers(rows: Sequence[Sequence[str]], place: int) -> bool:
    filled = [cells[place] for cells in rows if place < len(cells) and cells[place].strip()]
    numbers = [
        any(isinstance(reading, Number) for reading in read_cell(cell, fiction_allowed=True))
        for cell in filled
    ]
    return bool(filled) and sum(numbers) / len(filled) >= _CONVINCING


def header_hash(names: Sequence[str]) -> str:
    """One header: its names made plain, in their order."""
    names = [plain(name) for name in names]
    while names and not names[-1]:
        names.pop()
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def remembered(tx: Tx, source: str, names: Sequence[str]) -> dict[str, str]:
    """What this source's columns held the last time it sent this header; empty when it never did."""
    kept = import_mapping.c
    here = (kept.source == source[:120]) & (kept.header_hash == header_hash(names))
    return dict(tx.scalar(sa.select(kept.mapping).where(here)) or {})


def remember(tx: Tx, source: str, columns: Sequence[Column]) -> None:
    """Keep what each column of this source's header held, to propose it again."""
    names = [column.name for column in columns]
    mapping = {plain(column.name): column.field or "ignore" for column in columns if column.name}
    key = {"source": source[:120], "header_hash": header_hash(names)}
    if not tx.insert_once(import_mapping, **key, mapping=mapping, used_at=tx.now):
        kept = import_mapping.c
        here = (kept.source == key["source"]) & (kept.header_hash == key["header_hash"])
        tx.update(import_mapping, here, mapping=mapping, used_at=tx.now)
