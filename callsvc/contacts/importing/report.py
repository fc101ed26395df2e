"""What an import did, counted as it goes: constant memory whatever the length of the list."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from callsvc.contacts.importing.header import Header
from callsvc.contacts.importing.problems import Problem, says
from callsvc.contacts.importing.rows import ReadRow
from callsvc.contacts.importing.sniffing import Layout

EXAMPLES: Final = 20
"""Refusals quoted whole in the report; all of them are in the rejects file."""


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """Counts of one import. `rows` = `kept` + `refused`; `not_people` are titles, blanks and totals."""

    import_id: str = ""
    source: str = ""
    status: str = "running"  # running, completed, unchanged (the same file was imported before)
    encoding: str = ""
    delimiter: str = ""
    header_line: int = 0
    columns: list[tuple[str, str | None]] = field(default_factory=list)
    rows: int = 0
    kept: int = 0
    refused: int = 0
    not_people: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    contacts_new: int = 0
    contacts_merged: int = 0
    contacts_known: int = 0
    shared_numbers: int = 0
    suppressions_new: int = 0
    suppressed_already: int = 0
    for_campaign: int = 0  # people handed to the campaign; those already in it stay as they are
    examples: list[Problem] = field(default_factory=list)

    def opened(self, layout: Layout, header: Header) -> None:
        """Note how the file was read."""
        self.encoding, self.delimiter, self.header_line = layout.encoding, layout.delimiter, header.line
        self.columns = [(column.name, column.field) for column in header.columns]

    def count(self, row: ReadRow) -> None:
        """Count a row and everything said about it."""
        if not row.is_person:
            self.not_people.update(problem.reason for problem in row.problems)
            return
        self.rows += 1
        self.kept += row.kept
        self.refused += not row.kept
        for problem in row.problems:
            self.note(problem)

    def note(self, problem: Problem) -> None:
        """Count one problem; the first refusals are kept as examples."""
        (self.refusals if problem.refused else self.said)[problem.reason] += 1
        if problem.refused and len(self.examples) < EXAMPLES:
            self.examples.append(problem)

    def as_dict(self, *, cells: bool = True, language: str = "fr") -> dict[str, Any]:
        """The report as JSON. `cells=False` leaves out what people wrote: that form may be stored."""
        simple = {
            name: getattr(self, name) for name in self.__slots__ if isinstance(getattr(self, name), str | int)
        }
        return {
            **simple,
            "columns": [{"name": name, "field": held} for name, held in self.columns],
            "not_people": dict(self.not_people),
            "refusals": _explained(self.refusals, language),
            "said": _explained(self.said, language),
            "examples": [_quoted(problem, language) for problem in self.examples] if cells else [],
        }


def _explained(counts: Counter[str], language: str) -> list[dict[str, Any]]:
    return [
        {"reason": reason, "count": count, "says": says(reason, language)}
        for reason, count in counts.most_common()
    ]


def _quoted(problem: Problem, language: str) -> dict[str, Any]:
    return {
        "line": problem.line,
        "column": problem.column,
        "cell": problem.cell,
        "reason": problem.reason,
        "says": problem.says(language),
    }
