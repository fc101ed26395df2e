"""Rows of a small query as one text: what a larger one carries in a column, beside what else it answers."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

_CELL, _ROW = "\t", "\n"


def packed(*columns: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """All rows in one text, null as an empty cell; ``unpacked`` takes it apart.

    For codes, ids, numbers, instants and JSON: nothing that may hold a tab or the end of a line.
    """
    first, *others = map(_cell, columns)
    line: sa.ColumnElement[Any] = first
    for cell in others:
        line = line + sa.literal(_CELL) + cell
    return sa.func.coalesce(sa.func.aggregate_strings(line, _ROW), "")


def _cell(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    text = column if isinstance(column.type, sa.String) else sa.cast(column, sa.Text)
    return text if isinstance(column, sa.Column) and not column.nullable else sa.func.coalesce(text, "")


def unpacked(text: str) -> list[list[str]]:
    """The rows, every cell as text.

    >>> unpacked("44\\t11\\t3\\n84\\t11\\t")
    [['44', '11', '3'], ['84', '11', '']]
    """
    return [line.split(_CELL) for line in text.split(_ROW)] if text else []


def instant(cell: str) -> datetime:
    """An instant as either database writes it as text.

    >>> instant("2020-11-16 09:00:00.5+00") == instant("2020-11-16 09:00:00.500000")
    True
    """
    at = datetime.fromisoformat(cell)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
