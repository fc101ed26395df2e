"""A run of digits to the numbers written in it: `06 39 98 15 33 / 02 98 72 60 32` is two.

A run is cut only where what comes out has the length of a number; otherwise it stays whole and is refused
whole, because eleven digits are a mistake and not a number with one digit to spare.
"""

import re
from dataclasses import dataclass
from typing import Final

from callsvc.core.france import territory_of
from callsvc.core.phone_numbers.overseas import LOCAL_LENGTHS
from callsvc.core.phone_numbers.readings import Context

_HARD: Final = re.compile(r"[;|&\n]|(?<=\d)[\s/.,(]*(?=\(?\+)")
_CUTS: Final = tuple(
    re.compile(cut) for cut in (r"\s*/\s*", r"\s*,\s*", r"\s+-\s*|\s*-\s+", r"-", r"\s{2,}", r"\s+")
)
_GROUP: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Digits that are read as one number; `shortened` marks the `71` of `01 77 70 73 70/71`."""

    digits: str
    plus: bool
    raw: str
    shortened: bool = False


def pieces_of(run: str, context: Context) -> list[Piece]:
    """Cut a run into pieces, never losing a digit."""
    pieces: list[Piece] = []
    for part in _HARD.split(run):
        if any(character.isdigit() for character in part):
            pieces.extend(_cut(part, context))
    return pieces


def _cut(part: str, context: Context) -> list[Piece]:
    whole = _piece(part)
    if _is_complete(whole, context):
        return [whole]
    for cut in _CUTS:
        pieces = [_piece(text) for text in cut.split(part) if any(map(str.isdigit, text))]
        if len(pieces) > 1 and (kept := _accepted(pieces, context)):
            return kept
    return _gathered(part, context) or [whole]


def _accepted(pieces: list[Piece], context: Context) -> list[Piece] | None:
    """The pieces if the cut makes sense: the first is a number, the others numbers or shortened ones."""
    complete = [_is_complete(piece, context) for piece in pieces]
    if not any(complete):
        return None
    kept: list[Piece] = []
    for piece, is_whole in zip(pieces, complete, strict=True):
        tail = len(piece.digits) <= 4 and not piece.plus
        if not is_whole and not (tail and complete[0]) and len(piece.digits) < 9:
            return None
        kept.append(Piece(piece.digits, piece.plus, piece.raw, shortened=tail and not is_whole))
    return kept


def _gathered(part: str, context: Context) -> list[Piece] | None:
    """Numbers separated by nothing but the spaces they also contain: `04 37 41 63 30 04 78 57 20 91`."""
    groups = list(_GROUP.finditer(part))
    pieces: list[Piece] = []
    start = 0
    for position, group in enumerate(groups):
        piece = _piece(part[groups[start].start() : group.end()])
        if len(piece.digits) == 10 and _is_complete(piece, context):
            pieces.append(piece)
            start = position + 1
    return pieces if start == len(groups) and len(pieces) > 1 else None


def _piece(text: str) -> Piece:
    return Piece("".join(_GROUP.findall(text)), "+" in text, text.strip(" .,/-"))


def _is_complete(piece: Piece, context: Context) -> bool:
    """Whether the digits have the length of a number as people write it in France."""
    digits, length = piece.digits, len(piece.digits)
    if piece.plus:
        return _has_code_length(digits) or (not digits.startswith("33") and 8 <= length <= 15)
    if digits.startswith("00"):
        return length >= 11 and _has_code_length(digits[2:])
    if digits.startswith("0"):
        return length == 10
    local = LOCAL_LENGTHS.get(territory_of(context.department) or "", ())
    return length == 9 or length in local or _has_code_length(digits)


def _has_code_length(digits: str) -> bool:
    for code in ("33", "262", "590", "594", "596"):
        if digits.startswith(code):
            rest = digits[len(code) :]
            return len(rest) == (10 if rest.startswith("0") else 9)
    return False
