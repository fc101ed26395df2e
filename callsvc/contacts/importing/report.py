"""What an import did, counted as it goes: constant memory whatever the length of the list."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from callsvc.contacts.importing.header import Header
from callsvc.contacts.importing.problems import Problem, says
from callsvc.contacts.importing.rows import ReadRow
from callsvc.contacts.importing.sniffing import Layout

EXAMPLES: Final = 20
"""Refusals quoted whole in the report; all of them are in the rejects file."""

CHANGES: Final = 200
"""Changes of people known before that are listed one by one; all of them are counted."""


Tally: TypeAlias = tuple[
    tuple[int, int, int, int],
    tuple[dict[str, int], dict[str, int], dict[str, int]],
    list[tuple[int, str, str, str]],
]


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
    contacts_changed: int = 0  # of the known ones: something was added or filled in
    shared_numbers: int = 0
    suppressions_new: int = 0
    suppressed_already: int = 0
    for_campaign: int = 0  # people handed to the campaign; those already in it stay as they are
    examples: list[Problem] = field(default_factory=list)
    changes: list[tuple[int, str, str]] = field(default_factory=list)  # line, contact id, reason id

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

    def change(self, line: int, contact_id: str, reason: str) -> None:
        """Note what a row changed of a person known before."""
        self.said[reason] += 1
        if len(self.changes) < CHANGES:
            self.changes.append((line, contact_id, reason))

    def tally(self) -> Tally:
        """What `count` counted, as plain values that any process can send to another."""
        numbers = (self.rows, self.kept, self.refused, self.numbers)
        counted = (dict(self.not_people), dict(self.refusals), dict(self.said))
        examples = [(one.line, one.column, one.cell, one.reason) for one in self.examples]
        return (numbers, counted, examples)

    def add(self, tally: Tally) -> None:
        """Add what was counted elsewhere."""
        (rows, kept, refused, numbers), (not_people, refusals, said), examples = tally
        self.rows += rows
        self.kept += kept
        self.refused += refused
        self.numbers += numbers
        self.not_people.update(not_people)
        self.refusals.update(refusals)
        self.said.update(said)
        for line, column, cell, reason in examples[: EXAMPLES - len(self.examples)]:
            self.examples.append(Problem(line, column, cell, reason, refused=True))

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
            "changes": [
                {"line": line, "contact_id": contact_id, "reason": reason}
                for line, contact_id, reason in self.changes
            ],
            "examples": [_quoted(problem, language) for problem in self.examples] if cells else [],
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "ImportReport":
        """The report of an import that is taken up again; its examples are not stored, and begin anew."""
        report = cls()
        for name in cls.__slots__:
            if name in told and isinstance(told[name], str | int):
                setattr(report, name, told[name])
        report.columns = [(column["name"], column["field"]) for column in told.get("columns", ())]
        report.not_people.update(told.get("not_people", {}))
        for kind in ("refusals", "said"):
            getattr(report, kind).update({one["reason"]: one["count"] for one in told.get(kind, ())})
        report.changes = [(one["line"], one["contact_id"], one["reason"]) for one in told.get("changes", ())]
        return report


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
