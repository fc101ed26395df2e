"""Open a list and read it: the door of the package."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from callsvc.contacts.importing.header import HEADER_WITHIN, Header, choose_header
from callsvc.contacts.importing.problems import Problem
from callsvc.contacts.importing.records import Record, Records, open_list
from callsvc.contacts.importing.rows import ReadOptions, ReadRow, RowReader, Values
from callsvc.contacts.importing.sniffing import Layout, sniff
from callsvc.contacts.importing.sources import Source, source_of

__all__ = ["ContactList", "ReadOptions", "read_list"]


class ContactList:
    """An open list: iterate it once for its rows; a context manager closes the file.

    `layout` says how it was read and `header` which column holds what.
    """

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self.layout: Layout = sniff(source)
        with open_list(source, self.layout) as handle:
            first = list(islice(Records(handle, self.layout.delimiter), HEADER_WITHIN))
        self.header: Header = choose_header(
            [(record.line, record.cells) for record in first], options.mapping
        )
        self._reader = RowReader(self.header, options)
        self._handle = open_list(source, self.layout)

    def __iter__(self) -> Iterator[ReadRow]:
        return self.below(0)

    def below(self, line: int) -> Iterator[ReadRow]:
        """The rows after a line that was the last one done."""
        # Read again from the top: now that the width is known, a stray quote near the header is found too.
        records = Records(self._handle, self.layout.delimiter, width=len(self.header.columns))
        for record in records:
            if record.line <= line:
                continue
            if record.line < self.header.line:
                yield _above(record)
            elif record.line > self.header.line:
                yield self._reader.read(record)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.close()


def read_list(source: Path | Source, options: ReadOptions) -> ContactList:
    """Open a contact list of any of the usual encodings, delimiters and layouts.

    Raises Invalid (`file-unreadable`, `file-empty`, `not-a-text-file`, `no-phone-column`, `line-too-long`,
    `mapping-column-missing`). Example: `with read_list(path, ReadOptions(today=today)) as rows: ...`
    """
    return ContactList(source_of(source), options)


def _above(record: Record) -> ReadRow:
    """A line above the header: a title, or nothing."""
    text = ";".join(record.cells).strip("; ")
    reason = "title-line" if text else "blank-line"
    problems = [Problem(record.line, "", text[:200], reason)]
    return ReadRow(record.line, Values(), (), problems, record.cells, kept=False, is_person=False)
