"""One record to one row: its values, its numbers, and every problem met. Nothing is dropped in silence."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from callsvc.contacts.importing import fields
from callsvc.contacts.importing.header import Header
from callsvc.contacts.importing.problems import Problem
from callsvc.contacts.importing.records import Record
from callsvc.contacts.importing.values import Column, Understood, Values, readers
from callsvc.core.france import DEPARTMENTS, department_of
from callsvc.core.phone_numbers import FRENCH_TERRITORIES, Number, Reading, quick_number, read_cell
from callsvc.core.spreadsheets import as_it_was

__all__ = ["ReadOptions", "ReadRow", "RowReader", "Values"]

_DEPARTMENT_OF: Final = {
    entry.territory: code for code, entry in DEPARTMENTS.items() if entry.territory != "FR"
}
_ABROAD: Final = frozenset(_DEPARTMENT_OF.values())  # departments with a numbering plan of their own
_no_values: Final = object.__new__  # of a class whose defaults are the class's: no call of ours is as cheap
_TOTALS: Final = ("total", "nombre de", "nombre total", "effectif")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What an import may accept. `today` bounds dates; `mapping` is `header.read_mapping`'s result."""

    today: date
    mapping: dict[str, str] = field(default_factory=dict)
    fiction_allowed: bool = False
    synthetic: bool = False
    countries: AbstractSet[str] = FRENCH_TERRITORIES


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
    """Reads the records below a header; one per file, so that columns are looked up and understood once."""

    def __init__(self, header: Header, options: ReadOptions) -> None:
        self._options = options
        self._names = [column.name for column in header.columns]
        self._phones = header.places("phone")
        self._first: dict[str, int] = {}
        self._again: list[tuple[int, int]] = []
        for place, column in enumerate(header.columns):
            if column.field is None or column.field == "phone":
                continue
            if column.field in self._first:
                self._again.append((self._first[column.field], place))
            else:
                self._first[column.field] = place
        self._columns = [
            (name, column.place, column, column.known)
            for name, understand in readers(options.today).items()
            if name in self._first
            for column in (self._column(name, understand),)
        ]
        self._quick = "FR" in options.countries

    def _column(self, field: str, understand: Callable[[str], Understood]) -> Column:
        place = self._first[field]
        return Column(self._names[place], place, understand, repeats=field != "birth_year")

    def read(self, record: Record) -> ReadRow:
        """The row of a record; nothing is raised, whatever the cells hold."""
        line, cells, unclosed = record
        row = ReadRow(line, _no_values(Values), (), [], cells, False)
        if "'" in "".join(cells):
            cells = _unescaped(cells)
        bare = [*map(str.strip, cells)]
        if reason := self._no_person(bare):
            row.is_person = False
            row.problems.append(Problem(line, "", ";".join(cells).strip("; ")[:200], reason))
            return row
        if unclosed:
            return self._refused(row, "unclosed-quote")
        width = len(self._names)
        if len(cells) != width:
            if any(bare[width:]):
                return self._refused(row, "extra-cells")
            if len(cells) < width:
                row.problems.append(Problem(line, "", "", "short-row"))
                cells = cells + [""] * (width - len(cells))
                bare += [""] * (width - len(bare))
        self._read_values(row, cells, bare)
        self._read_numbers(row, cells, bare)
        return row

    def _no_person(self, bare: list[str]) -> str | None:
        head = bare[0] if bare else ""
        if head[:1].isalnum() and head[0].lower() not in "tne" and head != self._names[0]:
            return None  # neither a total nor the header again: nearly every row
        filled = [cell for cell in bare if cell]
        if not filled:
            return "blank-line"
        if bare[: len(self._names)] == self._names:
            return "repeated-header"
        if len(filled) <= 3 and fields.bare(filled[0]).startswith(_TOTALS):
            return "total-line"
        return None

    def _refused(self, row: ReadRow, reason: str) -> ReadRow:
        row.problems.append(Problem(row.line, "", "; ".join(row.cells).strip()[:200], reason, refused=True))
        return row

    def _say(self, row: ReadRow, cells: list[str], name: str, reason: str) -> None:
        place = self._first.get(name)
        column, cell = ("", "") if place is None else (self._names[place], cells[place])
        row.problems.append(Problem(row.line, column, cell, reason))

    def _read_values(self, row: ReadRow, cells: list[str], bare: list[str]) -> None:
        values, first = row.values, self._first
        if "reference" in first:
            values.reference = bare[first["reference"]][:80]
        self._read_name(row, cells, bare)
        said = values.__dict__
        for name, place, column, known in self._columns:
            value, reason = known.get(bare[place]) or column.read(bare[place])
            if reason:
                row.problems.append(Problem(row.line, column.name, cells[place], reason))
            if value is not None:
                said[name] = value
        if values.consent is False:
            values.opposition = True
        by_postcode = department_of(values.postcode) if values.postcode else None
        if values.department is None:
            values.department = by_postcode
        elif by_postcode and by_postcode != values.department:
            self._say(row, cells, "department", "department-differs-from-postcode")
        for place, again in self._again:
            if bare[again] and bare[again] != bare[place]:
                row.problems.append(
                    Problem(row.line, self._names[again], cells[again], "duplicate-column-differs")
                )

    def _read_name(self, row: ReadRow, cells: list[str], bare: list[str]) -> None:
        values, first = row.values, self._first
        if "first_name" in first:
            values.first_name = bare[first["first_name"]][:80]
        if "last_name" in first:
            values.last_name = bare[first["last_name"]][:80]
        if "full_name" in first and not values.last_name and (whole := bare[first["full_name"]]):
            values.last_name, first_name = fields.split_name(whole[:160])
            values.first_name = values.first_name or first_name
            self._say(row, cells, "full_name", "name-split")
        if not values.first_name and not values.last_name:
            self._say(row, cells, "last_name", "name-missing")

    def _read_numbers(self, row: ReadRow, cells: list[str], bare: list[str]) -> None:
        options, values = self._options, row.values
        found: dict[str, tuple[Number, int]] = {}
        quick = self._quick and values.department not in _ABROAD
        synthetic = options.synthetic or values.synthetic
        silent = True
        for turn, place in enumerate(self._phones, 1):
            if not (text := bare[place]):
                continue
            silent = False
            read = quick_number(text, options.fiction_allowed, synthetic) if quick else None
            if read is None:
                readings = self._read_slowly(cells[place], values.department, synthetic)
            else:
                readings = [read]
            for reading in readings:
                if isinstance(reading, Number):
                    found.setdefault(reading[0], (reading, turn))
                    for repair in reading[5]:
                        row.problems.append(Problem(row.line, self._names[place], cells[place], repair))
                else:
                    row.problems.append(
                        Problem(row.line, self._names[place], cells[place], reading.reason, refused=True)
                    )
        row.numbers = tuple([number for number, _ in found.values()])
        row.kept = bool(found)
        if silent:
            row.problems.append(Problem(row.line, "", "", "no-number", refused=True))
        if found:
            if values.preferred and len(found) > 1:
                self._prefer(row, list(found.values()), cells)
            if values.department is None:
                self._place_by_number(row)

    def _read_slowly(self, cell: str, department: str | None, synthetic: bool) -> list[Reading]:
        return read_cell(
            cell,
            department=department,
            fiction_allowed=self._options.fiction_allowed,
            synthetic=synthetic,
            countries=self._options.countries,
        )

    def _prefer(self, row: ReadRow, found: list[tuple[Number, int]], cells: list[str]) -> None:
        """The numbers of the preferred kind or column first; the others keep their order behind them."""
        wanted = row.values.preferred
        first = [number for number, turn in found if wanted in (number.kind, str(turn))]
        if not first:
            self._say(row, cells, "preferred", "preferred-absent")
        row.numbers = (*first, *(number for number in row.numbers if number not in first))

    def _place_by_number(self, row: ReadRow) -> None:
        department = _DEPARTMENT_OF.get(row.numbers[0].territory)
        if department:
            row.values.department = department
            row.problems.append(Problem(row.line, "", "", "department-from-number"))


def _unescaped(cells: list[str]) -> list[str]:
    """Take back the apostrophe that our own rejects file puts before a formula sign."""
    for cell in cells:
        if cell[:1] == "'":
            break
    else:
        return cells
    return [as_it_was(cell) for cell in cells]
