"""The forms nearly every cell has, read without taking the cell apart.

Ten digits, alone or in pairs; nine digits that lost their zero; `+33` and nine digits: of these, numbers of
the mainland that may be called are found by their first five digits, because no French range is narrower
than 10,000 numbers. Whatever is not found here is read by `read_cell`, whose answer this never differs from
(a test holds them together).
"""

import re
from typing import Final

from callsvc.core.phone_numbers.fiction import FICTION_RANGES
from callsvc.core.phone_numbers.overseas import territory_by_prefix
from callsvc.core.phone_numbers.plan import usage_in
from callsvc.core.phone_numbers.readings import Kind, Number

_PAIRS: Final = re.compile(r"0[1-9](?:[ .\-]?[0-9]{2}){4}")
_SEPARATORS: Final = str.maketrans("", "", " .-")
_ZERO_LOST: Final = ("leading-zero-restored",)
_TAILS: Final = ("0000", "9999")
_Range = tuple[Kind, bool] | None

_ranges: dict[str, _Range] = {}  # five digits -> kind and whether fiction; grows to 90,000 at most


def quick_number(text: str, *, fiction_allowed: bool, synthetic: bool) -> Number | None:
    """The one number a stripped cell holds, of a person of the mainland or of an unknown place.

    None says that this cell needs `read_cell`, not that it is wrong. The caller may dial the mainland.
    """
    repairs: tuple[str, ...] = ()
    length = len(text)
    if length == 10 and text[0] == "0":
        national = text[1:]
    elif length == 12 and text[:3] == "+33":
        national = text[3:]
    elif length == 9:
        national, repairs = text, _ZERO_LOST
    elif 10 < length < 15 and _PAIRS.fullmatch(text):
        national = text.translate(_SEPARATORS)[1:]
    else:
        return None
    if not (national.isascii() and national.isdigit()) or national[1] * 8 == national[1:]:
        return None
    key = national[:5]
    found = _ranges[key] if key in _ranges else _learn(key)
    if found is None:
        return None
    kind, fiction = found
    if (fiction or synthetic) and not fiction_allowed:
        return None
    return Number("+33" + national, "FR", kind, text, fiction or synthetic, repairs)


def _learn(key: str) -> _Range:
    found: _Range = None
    if key in FICTION_RANGES:
        found = ("mobile" if key[0] == "6" else "fixed", True)
    elif key[0] != "0":
        usages = {usage_in("FR", key + tail) for tail in _TAILS}
        overseas = {territory_by_prefix(key + tail) for tail in _TAILS}
        usage = usages.pop()
        if not usages and overseas == {None} and usage in ("mobile", "fixed", "voip", "other"):
            found = (usage, False)
    _ranges[key] = found
    return found
