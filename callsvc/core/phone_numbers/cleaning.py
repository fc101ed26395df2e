"""Characters before meaning: invisible marks, exotic spaces and digits, and what Excel wraps around a
value."""

import re
import unicodedata
from typing import Final

_FORMULA: Final = re.compile(r'="?(?P<value>[^"]*)"?')
_DECIMAL_TAIL: Final = re.compile(r"(?P<value>\+?\d{8,15})[.,]0+")
_LETTER_O: Final = re.compile(r"[oO](?P<value>\s?[1-9][\d .\-/]{7,})")
_COLONS: Final = re.compile(r"\d\d(?::\d\d){4}")


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with plain digits, spaces and hyphens, and the repair `invisible-marks-removed` when it
    applies.

    Bidirectional marks around a number come from copying it out of a contact card; non-breaking spaces from a
    web page. Example: `"\\u202d0491\\xa0011994\\u202c"` is `"0491 011994"`.
    """
    if text.isascii() and text.isprintable():
        return text, ()
    kept: list[str] = []
    marks = False
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cf", "Mn"):
            marks = True
        elif category == "Nd":
            kept.append(str(unicodedata.decimal(character)))
        elif category == "Pd":
            kept.append("-")
        elif character == "＋":
            kept.append("+")
        elif character == "\n":
            kept.append(";")
        else:
            kept.append(" " if character.isspace() or category in ("Cc", "Zs") else character)
    return "".join(kept).strip(), ("invisible-marks-removed",) if marks else ()


def unwrap(text: str) -> tuple[str, tuple[str, ...]]:
    """Take off what a spreadsheet puts around a value: `="0612345678"`, `'0612345678`, `612345678.0`."""
    repairs: tuple[str, ...] = ()
    if text.startswith("=") and (match := _FORMULA.fullmatch(text)):
        text, repairs = match["value"].strip(), ("formula-unwrapped",)
    if text.startswith("'"):
        text = text.lstrip("'").strip()
    if match := _DECIMAL_TAIL.fullmatch(text):
        text, repairs = match["value"], (*repairs, "decimal-tail-removed")
    if match := _LETTER_O.fullmatch(text):
        text, repairs = f"0{match['value']}", (*repairs, "letter-o-read-as-zero")
    if _COLONS.fullmatch(text):
        text = text.replace(":", " ")
    return text, repairs
