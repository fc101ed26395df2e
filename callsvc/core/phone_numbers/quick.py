"""The forms nearly every cell has, read without taking the cell apart.

Ten digits, alone or in pairs; nine digits that lost their zero; the country code in the ways people write it:
of these, numbers of the mainland are found by their first five digits, because no French range is narrower
than 10,000 numbers: those that may be called, and those that nobody can have. Whatever is not found here is
read by `read_cell`, whose answer this never differs from (a test holds them together).
"""

import re
from typing import Final

from callsvc.core.phone_numbers.fiction import FICTION_RANGES
from callsvc.core.phone_numbers.overseas import territory_by_prefix
from callsvc.core.phone_numbers.plan import usage_in
from callsvc.core.phone_numbers.readings import Kind, Number, Reading, Refusal

_PAIRS: Final = r"[1-9](?:[ .\-]?[0-9]{2}){4}"
_FORMS: Final = re.compile(rf"(?:0|(\+33 ?|00 ?33 ?)(\(0\) ?)?|33(?=[0-9]{{9}}\.?$))({_PAIRS})\.?", re.ASCII)
_SEPARATORS: Final = str.maketrans("", "", " .-")
_SPACES: Final = str.maketrans("\xa0\u202f", "  ")
_ZERO_LOST: Final = ("leading-zero-restored",)
_PLUS_LOST: Final = ("plus-restored",)
_CODE_IN_FULL: Final = ("international-prefix",)
_ZERO_TOO_MANY: Final = ("trunk-zero-removed",)
_EVEN: Final = frozenset((" " * 4, "." * 4, "-" * 4))
_made: Final = tuple.__new__  # a NamedTuple without the call of its constructor
_TAILS: Final = ("0000", "9999")
_Range = tuple[Kind, bool] | str | None

_MIXED: Final[_Range] = ("other", True)  # stands for three digits whose ranges differ: no range is this
_ranges: dict[str, _Range] = {}
"""Three digits, or five where three do not tell -> kind and whether fiction, or why such a number is refused;
None: not read here. Three tell nearly always, and 900 entries stay in the processor's cache where 90,000 do
not."""


def quick_number(text: str, fiction_allowed: bool, synthetic: bool) -> Reading | None:
    """The one number a stripped cell holds, of a person of the mainland or of an unknown place.

    None says that this cell needs `read_cell`, not that it is wrong. The caller may dial the mainland.
    """
    repairs: tuple[str, ...] = ()
    length = len(text)
    if length == 14 and text[2::3] in _EVEN:
        national = text[1] + text[3:5] + text[6:8] + text[9:11] + text[12:]
        if text[0] != "0":
            return None
    elif length == 10 and text[0] == "0":
        national = text[1:]
    elif length == 12 and text[:3] == "+33":
        national = text[3:]
    elif length == 9:
        national, repairs = text, _ZERO_LOST
    else:
        taken = _taken_apart(text)
        if taken is None:
            return None
        national, text, repairs = taken
    if not (national.isascii() and national.isdigit()) or national[1] * 8 == national[1:]:
        return None
    key = national[:3]
    found = _ranges[key] if key in _ranges else _learn(key)
    if found is _MIXED:
        found = _ranges[national[:5]]
    if found is None:
        return None
    if isinstance(found, str):
        return Refusal(found, text)
    kind, fiction = found
    if (fiction or synthetic) and not fiction_allowed:
        return None
    return _made(Number, ("+33" + national, "FR", kind, text, fiction or synthetic, repairs, None))


def _taken_apart(text: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Nine digits, the text without what says nothing, and what was done: `0033 6 39 98 12 78.`"""
    if not 9 < len(text) < 24:
        return None
    text = text.translate(_SPACES)
    found = _FORMS.fullmatch(text)
    if found is None:
        return None
    code, zero, digits = found.groups()
    repairs: tuple[str, ...] = _ZERO_TOO_MANY if zero else ()
    if code is None:
        repairs = _PLUS_LOST if text[0] == "3" else ()
    elif code[0] == "0":
        repairs = _CODE_IN_FULL + repairs
    return digits.translate(_SEPARATORS), text.rstrip("."), repairs


def _learn(head: str) -> _Range:
    ranges = {key: _range_of(key) for key in (f"{head}{rest:02}" for rest in range(100))}
    if len(set(ranges.values())) == 1:
        _ranges[head] = ranges[head + "00"]
    else:
        _ranges.update(ranges)
        _ranges[head] = _MIXED
    return _ranges[head]


def _range_of(key: str) -> _Range:
    if key in FICTION_RANGES:
        return ("mobile" if key[0] == "6" else "fixed", True)
    if key[0] == "0":
        return None
    usages = {usage_in("FR", key + tail) for tail in _TAILS}
    overseas = {territory_by_prefix(key + tail) for tail in _TAILS}
    usage = usages.pop()
    if usages or overseas != {None}:
        return None
    if usage in ("mobile", "fixed", "voip", "other"):
        return (usage, False)
    return usage or "unassigned-number"
