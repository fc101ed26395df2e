"""The rejects file: what was refused and why, in a form that can be corrected and imported again.

UTF-8 with a byte-order mark, semicolons and CRLF, because that is what a French Excel opens by a double
click. First the columns `ligne`, `colonne`, `cellule`, `motif` (the reason id), `explication`,
`explanation`, then the columns of the original file as they were. The header is recognised on the way back
in; the six first columns are ignored there. A cell that a spreadsheet would run as a formula gets an
apostrophe, which the import takes off.
"""

import csv
from collections.abc import Iterable
from typing import Final, TextIO

from callsvc.contacts.importing.header import Header
from callsvc.contacts.importing.problems import Problem
from callsvc.contacts.importing.rows import ReadRow
from callsvc.core.spreadsheets import harmless

OWN_COLUMNS: Final = ("ligne", "colonne", "cellule", "motif", "explication", "explanation")


class RejectsWriter:
    """Writes rejects as they come, to anything that takes text; `count` lines so far."""

    def __init__(self, handle: TextIO, header: Header) -> None:
        self._names = [column.name for column in header.columns]
        self._writer = csv.writer(handle, delimiter=";", lineterminator="\r\n")
        self.count = 0

    def write_header(self) -> None:
        """The line of column names; once, at the top."""
        self._writer.writerow([*OWN_COLUMNS, *map(harmless, self._names)])

    def write(self, row: ReadRow, problems: Iterable[Problem] | None = None) -> None:
        """Write one line per refused problem of a row (or per given one)."""
        for problem in row.problems if problems is None else problems:
            if problem.refused:
                self._write_one(row, problem)

    def _write_one(self, row: ReadRow, problem: Problem) -> None:
        own = (str(problem.line), harmless(problem.column), harmless(problem.cell), problem.reason)
        said = (problem.says("fr"), problem.says("en"))  # ours, as the reason: no formula
        cells = [*row.cells, *[""] * (len(self._names) - len(row.cells))]
        self._writer.writerow([*own, *said, *map(harmless, cells)])
        self.count += 1
