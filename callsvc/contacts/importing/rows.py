"""One record to one row: its values, its numbers, and everything there is to say about it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from callsvc.contacts.importing import fields
from callsvc.contacts.importing.header import Header
from callsvc.contacts.importing.problems import Problem
from callsvc.contacts.importing.records import Record
from callsvc.core.france import DEPARTMENTS, department_code, department_of, postcode_of
from callsvc.core.phone_numbers import FRENCH_TERRITORIES, Number, read_cell

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_DEPARTMENT_OF: Final = {
    entry.territory: code for code, entry in DEPARTMENTS.items() if entry.territory != "FR"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What an import may accept. `today` bounds birth years; `mapping` is `header.read_mapping`'s result."""

    today: date
    mapping: dict[str, str] = field(default_factory=dict)
    fiction_allowed: bool = False
    synthetic: bool = False
    countries: AbstractSet[str] = FRENCH_TERRITORIES


@dataclass(slots=True, kw_only=True)
class Values:
    """What a row says of a person. `reported_at` is local to the person; `fragility` runs from 0 to 3."""

    reference: str = ""
    first_name: str = ""
    last_name: str = ""
    birth_year: int | None = None
    language: str | None = None
    postcode: str | None = None
    department: str | None = None
    fragility: int = 0
    reported_at: datetime | None = None
    opposition: bool = False
    consent: bool | None = None
    synthetic: bool = False


@dataclass(slots=True)
class ReadRow:
    """A line of the list. It is `kept` when at least one number can be called; `cells` are as in the file."""

    line: int
    values: Values
    numbers: tuple[Number, ...]
    problems: list[Problem]
    cells: list[str]
    kept: bool
    is_person: bool = True


class RowReader:
    """Reads the records below a header; one per file, so that column places are looked up once."""

    def __init__(self, header: Header, options: ReadOptions) -> None:
        self._header = header
        self._options = options
        self._phones = header.places("phone")
        self._first: dict[str, int] = {}
        self._again: list[tuple[str, int]] = []
        for place, column in enumerate(header.columns):
            if column.field is None or column.field == "phone":
                continue
            if column.field in self._first:
                self._again.append((column.field, place))
            else:
                self._first[column.field] = place
        self._names = [column.name for column in header.columns]

    def read(self, record: Record) -> ReadRow:
        """The row of a record; nothing is raised, whatever the cells hold."""
        cells = [_unescaped(cell) for cell in record.cells]
        row = ReadRow(record.line, Values(), (), [], record.cells, kept=False)
        if reason := self._no_person(cells):
            row.is_person = False
            row.problems.append(Problem(record.line, "", ";".join(cells).strip("; ")[:200], reason))
            return row
        if record.unclosed:
            self._refuse(row, "unclosed-quote")
            return row
        width = len(self._names)
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            self._refuse(row, "extra-cells")
            return row
        if len(cells) < width:
            row.problems.append(Problem(record.line, "", "", "short-row"))
            cells += [""] * (width - len(cells))
        self._read_values(row, cells)
        self._read_numbers(row, cells)
        return row

    def _no_person(self, cells: list[str]) -> str | None:
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            return "blank-line"
        if [cell.strip() for cell in cells[: len(self._names)]] == self._names:
            return "repeated-header"
        first = fields.bare(filled[0])
        if len(filled) <= 3 and (first.startswith(("total", "nombre de", "nombre total", "effectif"))):
            return "total-line"
        return None

    def _refuse(self, row: ReadRow, reason: str) -> None:
        row.problems.append(Problem(row.line, "", "; ".join(row.cells).strip()[:200], reason, refused=True))

    def _cell(self, cells: list[str], name: str) -> str:
        place = self._first.get(name)
        return "" if place is None else cells[place].strip()

    def _say(self, row: ReadRow, cells: list[str], name: str, reason: str) -> None:
        place = self._first.get(name)
        column, cell = ("", "") if place is None else (self._names[place], cells[place])
        row.problems.append(Problem(row.line, column, cell, reason))

    def _read_values(self, row: ReadRow, cells: list[str]) -> None:
        values = row.values
        values.reference = self._cell(cells, "reference")[:80]
        self._read_name(row, cells)
        self._read_place(row, cells)
        self._read_dates(row, cells)
        self._read_choices(row, cells)
        for name, place in self._again:
            other = cells[place].strip()
            if other and other != self._cell(cells, name):
                row.problems.append(
                    Problem(row.line, self._names[place], cells[place], "duplicate-column-differs")
                )

    def _read_name(self, row: ReadRow, cells: list[str]) -> None:
        values = row.values
        values.first_name = self._cell(cells, "first_name")[:80]
        values.last_name = self._cell(cells, "last_name")[:80]
        whole = self._cell(cells, "full_name")
        if whole and not values.last_name:
            values.last_name, first_name = fields.split_name(whole[:160])
            values.first_name = values.first_name or first_name
            self._say(row, cells, "full_name", "name-split")
        if not values.first_name and not values.last_name:
            self._say(row, cells, "last_name", "name-missing")

    def _read_place(self, row: ReadRow, cells: list[str]) -> None:
        values = row.values
        if text := self._cell(cells, "postcode"):
            code = postcode_of(text)
            values.postcode = code if department_of(code) else None
            if values.postcode is None:
                self._say(row, cells, "postcode", "postcode-unreadable")
        by_postcode = department_of(values.postcode)
        if text := self._cell(cells, "department"):
            values.department = department_code(text)
            if values.department is None:
                self._say(row, cells, "department", "department-unreadable")
            elif by_postcode and by_postcode != values.department:
                self._say(row, cells, "department", "department-differs-from-postcode")
        values.department = values.department or by_postcode

    def _read_dates(self, row: ReadRow, cells: list[str]) -> None:
        values = row.values
        if text := self._cell(cells, "birth_year"):
            values.birth_year = fields.read_birth_year(text, self._options.today)
            if values.birth_year is None:
                self._say(row, cells, "birth_year", "birth-year-unreadable")
        if text := self._cell(cells, "reported_at"):
            values.reported_at = fields.read_moment(text)
            if values.reported_at is None:
                self._say(row, cells, "reported_at", "reported-at-unreadable")

    def _read_choices(self, row: ReadRow, cells: list[str]) -> None:
        values = row.values
        if text := self._cell(cells, "language"):
            values.language = fields.read_language(text)
            if values.language is None:
                self._say(row, cells, "language", "language-unknown")
        if text := self._cell(cells, "fragility"):
            fragility = fields.read_fragility(text)
            values.fragility = 1 if fragility is None else fragility
            if fragility is None:
                self._say(row, cells, "fragility", "fragility-unreadable")
        if text := self._cell(cells, "opposition"):
            opposed = fields.read_opposition(text)
            values.opposition = opposed is not False
            if values.opposition:
                reason = "opposition-unclear" if opposed is None else "opposition-recorded"
                self._say(row, cells, "opposition", reason)
        if text := self._cell(cells, "consent"):
            self._read_consent(row, cells, text)
        values.synthetic = bool(fields.read_yes_no(self._cell(cells, "synthetic")))

    def _read_consent(self, row: ReadRow, cells: list[str], text: str) -> None:
        opposed = fields.read_opposition(text)
        word_refuses = opposed is True and fields.read_yes_no(text) is None
        row.values.consent = False if word_refuses else opposed
        if row.values.consent is False:
            row.values.opposition = True
            self._say(row, cells, "consent", "opposition-recorded")
        elif row.values.consent is None:
            self._say(row, cells, "consent", "consent-unclear")

    def _read_numbers(self, row: ReadRow, cells: list[str]) -> None:
        options, values, line = self._options, row.values, row.line
        found: dict[str, Number] = {}
        for place in self._phones:
            cell = cells[place]
            if not cell.strip():
                continue
            column = self._names[place]
            for reading in read_cell(
                cell,
                department=values.department,
                fiction_allowed=options.fiction_allowed,
                synthetic=options.synthetic or values.synthetic,
                countries=options.countries,
            ):
                if isinstance(reading, Number):
                    found.setdefault(reading.e164, reading)
                    for repair in reading.repairs:
                        row.problems.append(Problem(line, column, cell, repair))
                else:
                    row.problems.append(Problem(line, column, cell, reading.reason, refused=True))
        row.numbers = tuple(found.values())
        row.kept = bool(found)
        if not any(cells[place].strip() for place in self._phones):
            row.problems.append(Problem(line, "", "", "no-number", refused=True))
        if found and values.department is None:
            self._place_by_number(row)

    def _place_by_number(self, row: ReadRow) -> None:
        department = _DEPARTMENT_OF.get(row.numbers[0].territory)
        if department:
            row.values.department = department
            row.problems.append(Problem(row.line, "", "", "department-from-number"))


def _unescaped(cell: str) -> str:
    """Take back the apostrophe that our own rejects file puts before a formula sign."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
