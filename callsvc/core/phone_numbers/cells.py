"""A messy cell to its readings: every number in it, and every piece that was refused."""

import re
from collections.abc import Set as AbstractSet
from typing import Final

from callsvc.core.france import department_code, department_of
from callsvc.core.phone_numbers.cleaning import clean, unwrap
from callsvc.core.phone_numbers.normalise import read_digits
from callsvc.core.phone_numbers.pieces import Piece, pieces_of
from callsvc.core.phone_numbers.readings import FRENCH_TERRITORIES, Context, Number, Reading, Refusal
from callsvc.core.phone_numbers.tokens import Found, tokens_of

LONGEST_CELL: Final = 1000
"""Characters; the longest genuine cell seen (two numbers among opening hours) has 210."""

_PLAIN: Final = re.compile(r"0[1-9](?:[ .\-]?[0-9]{2}){4}")
_SCIENTIFIC: Final = re.compile(r"(?<![\w.,])[+-]?\d(?:[.,]\d+)?\s?[eE]\s?\+?\d{1,2}(?!\w)")
_COORDINATE: Final = re.compile(r"-?(?!0\d)\d{1,3}[.,]\d{3,}")
_DATE: Final = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d\d|(?:19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2}")
_SEVERAL_COORDINATES: Final = re.compile(
    rf"(?:{_COORDINATE.pattern})(?:\s*[,; ]\s*(?:{_COORDINATE.pattern}))*"
)


def read_cell(
    text: str,
    *,
    department: str | None = None,
    postcode: str | None = None,
    fiction_allowed: bool = False,
    synthetic: bool = False,
    countries: AbstractSet[str] = FRENCH_TERRITORIES,
) -> list[Reading]:
    """Everything a phone cell says, in the order it says it; an empty cell gives an empty list.

    `department` or `postcode` tell where the person lives: they decide short overseas numbers and are
    compared with the territory of the others (`territory-differs-from-department` among the repairs: kept
    and said). `fiction_allowed` is true only while the carrier is on loopback; `synthetic` marks every
    number read. `countries` are the ISO codes that may be called. No text makes it raise.

    Example: `read_cell("0179357000/2804")` is the number `+33179357000` and the refusal
    `shortened-second-number` of `2804`.
    """
    stripped = text.strip()
    if not stripped:
        return []
    context = Context(
        department_code(department) or department_of(postcode), fiction_allowed, synthetic, countries
    )
    if _PLAIN.fullmatch(stripped):
        digits = stripped.translate(_SEPARATORS)
        return [read_digits(digits, plus=False, raw=stripped, context=context)]
    if len(stripped) > LONGEST_CELL:
        return [Refusal("cell-too-long", stripped[:60] + "…")]
    return _read_messy(stripped, context)


_SEPARATORS: Final = str.maketrans("", "", " .-")


def _read_messy(stripped: str, context: Context) -> list[Reading]:
    cleaned, repairs = clean(stripped)
    cleaned, unwrapped = unwrap(cleaned)
    repairs += unwrapped
    if not cleaned:
        return []
    if reason := _not_a_number(cleaned):
        return [Refusal(reason, stripped)]
    found = tokens_of(cleaned)
    readings = _read_found(found, context)
    if not readings:
        return [Refusal(found.instead, stripped)]
    if found.ignored_text:
        repairs += ("text-ignored",)
    return _once([_repaired(reading, repairs) for reading in readings])


def _not_a_number(cleaned: str) -> str | None:
    if _SCIENTIFIC.search(cleaned):
        return "scientific-notation"
    if _DATE.fullmatch(cleaned):
        return "date-not-number"
    if _SEVERAL_COORDINATES.fullmatch(cleaned):
        return "coordinate-not-number"
    return None


def _read_found(found: Found, context: Context) -> list[Reading]:
    readings: list[Reading] = []
    for run in found.runs:
        for position, piece in enumerate(pieces_of(run.text, context)):
            extension = run.extension and position == 0 and not piece.plus and len(piece.digits) <= 6
            last = readings[-1] if readings else None
            if extension and isinstance(last, Number):
                readings[-1] = last._replace(extension=piece.digits)
            elif run.fax:
                readings.append(Refusal("fax-number", piece.raw))
            elif piece.shortened or (run.joined and _is_tail(piece) and isinstance(last, Number)):
                readings.append(Refusal("shortened-second-number", piece.raw))
            else:
                readings.append(read_digits(piece.digits, plus=piece.plus, raw=piece.raw, context=context))
    return readings


def _is_tail(piece: Piece) -> bool:
    return not piece.plus and len(piece.digits) <= 4


def _repaired(reading: Reading, repairs: tuple[str, ...]) -> Reading:
    if isinstance(reading, Refusal) or not repairs:
        return reading
    return reading._replace(repairs=(*repairs, *reading.repairs))


def _once(readings: list[Reading]) -> list[Reading]:
    """A number written twice in one cell is one number, and its repairs say so."""
    kept: dict[str, int] = {}
    result: list[Reading] = []
    for reading in readings:
        if isinstance(reading, Number):
            if (first := kept.get(reading.e164)) is not None:
                earlier = result[first]
                if isinstance(earlier, Number) and "repeated-in-cell" not in earlier.repairs:
                    result[first] = earlier._replace(repairs=(*earlier.repairs, "repeated-in-cell"))
                continue
            kept[reading.e164] = len(result)
        result.append(reading)
    return result
