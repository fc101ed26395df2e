"""Lines of text to records of cells, without letting one stray quote swallow the rest of the file."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple, TextIO

from callsvc.contacts.importing.sniffing import Layout
from callsvc.contacts.importing.sources import Source
from callsvc.core.errors import Invalid

LONGEST_LINE: Final = 200_000
"""Characters of one physical line; beyond it the file is something else."""

LONGEST_RECORD: Final = 20
"""Physical lines one record may span (a note with line breaks between quotes)."""


class Record(NamedTuple):
    """The cells of one record and the number (from 1) of the line on which it starts."""

    line: int
    cells: list[str]
    unclosed: bool = False


class _UnclosedQuote(Exception):
    """A signal between the two classes here; no caller sees it."""


class _Lines:
    """The physical lines, handed to the CSV reader one by one, kept until their record is known to be
    whole."""

    def __init__(self, handle: TextIO) -> None:
        self._handle = handle
        self._back: deque[str] = deque()
        self.taken: list[str] = []
        self.line = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        taken = self.taken
        if len(taken) >= LONGEST_RECORD:
            raise _UnclosedQuote
        text = self._back.popleft() if self._back else self._handle.readline(LONGEST_LINE)
        if not text:
            if taken:
                raise _UnclosedQuote
            raise StopIteration
        if len(text) >= LONGEST_LINE:
            raise Invalid(
                "line-too-long",
                f"Line {self.line + len(taken) + 1} is longer than {LONGEST_LINE} characters: not a list.",
                line=self.line + len(taken) + 1,
            )
        taken.append(text)
        return text

    def next_record(self) -> None:
        self.line += len(self.taken)
        self.taken.clear()

    def give_back(self) -> str:
        """Keep only the first line of the record; the others will be read again."""
        first, rest = self.taken[0], self.taken[1:]
        self._back.extendleft(reversed(rest))
        self.taken[:] = [first]
        return first


class Records:
    """An iterator of records in constant memory.

    With `width`, the number of columns, a record of several lines that has not that many cells is the work
    of a stray quote, and its lines are read one by one.
    """

    def __init__(self, handle: TextIO, delimiter: str, width: int | None = None) -> None:
        self._delimiter = delimiter
        self._lines = _Lines(handle)
        self._reader = csv.reader(self._lines, delimiter=delimiter)
        self._width = width

    def __iter__(self) -> Iterator[Record]:
        lines = self._lines
        while True:
            lines.next_record()
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (_UnclosedQuote, csv.Error):
                yield self._first_line_alone()
                continue
            if len(lines.taken) > 1 and self._is_accident(cells):
                yield self._first_line_alone()
            else:
                yield Record(lines.line + 1, cells)

    def _is_accident(self, cells: list[str]) -> bool:
        """Whether a record of several lines comes from a quote that closed by chance on a later line."""
        if self._width is None:
            return False
        alone = self._lines.taken[0].split(self._delimiter)
        whole_already = len(alone) == self._width and '"' not in alone[-1]
        return whole_already or len(cells) != self._width

    def _first_line_alone(self) -> Record:
        first = self._lines.give_back().rstrip("\r\n")
        self._reader = csv.reader(self._lines, delimiter=self._delimiter)
        return Record(self._lines.line + 1, first.split(self._delimiter), unclosed=True)


def open_list(source: Source, layout: Layout) -> TextIO:
    """The list as text; a byte its encoding does not know becomes the replacement character, never an
    error."""
    return io.TextIOWrapper(source.open(), encoding=layout.encoding, errors="replace", newline="")
