"""Cells for files that people open in a spreadsheet."""

from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The cell as text for every spreadsheet: what it would run as a formula begins with an apostrophe.

    >>> harmless("=HYPERLINK(...)"), harmless("Durand")
    ("'=HYPERLINK(...)", 'Durand')
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell


def as_it_was(cell: str) -> str:
    """The cell before ``harmless``, for a file of ours that comes back corrected."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell
