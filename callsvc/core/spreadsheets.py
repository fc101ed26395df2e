"""Cells for files that people open in a spreadsheet."""

from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The cell as text for every spreadsheet: what it would run as a formula begins with an apostrophe.

    >>> harmless("=HYPERLINK(...)"), harmless("Durand")
    ("'=HYPERLINK(...)", 'Durand')
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
