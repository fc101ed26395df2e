"""One run of digits to one number, or to the reason why not. Nothing here guesses: each repair is named."""

import re
from typing import Final

from callsvc.core.france import territory_of
from callsvc.core.phone_numbers.fiction import is_fictional
from callsvc.core.phone_numbers.overseas import CODE_OF, LOCAL_LENGTHS, sharpen, territory_by_prefix
from callsvc.core.phone_numbers.plan import CODES, SATELLITE_CODES, Usage, foreign, usage_in
from callsvc.core.phone_numbers.readings import Context, Number, Reading, Refusal

_OVERSEAS_CODES: Final = ("262", "590", "594", "596")
_REPEATED: Final = re.compile(r"(?:33|0)?\d?(\d)\1{7}")


def read_digits(digits: str, *, plus: bool, raw: str, context: Context) -> Reading:
    """Read digits (separators gone; `plus` tells whether a plus stood before them).

    Example: `read_digits("0692123456", plus=False, ...)` is Réunion's `+262692123456`, by `overseas-prefix`.
    """
    if _REPEATED.fullmatch(digits):
        return Refusal("placeholder-number", raw)
    if plus:
        return _international(digits, raw, (), context)
    if digits.startswith("00") and len(digits) >= 11:
        return _international(digits[2:], raw, ("international-prefix",), context)
    if len(digits) == 10 and digits[0] == "0" and digits[1] != "0":
        return _national(digits[1:], raw, (), context)
    if code := _lost_plus(digits, context):
        return _with_code(code, digits[len(code) :], raw, ("plus-restored",), context)
    if len(digits) == 9 and digits[0] != "0":
        return _national(digits, raw, ("leading-zero-restored",), context)
    return _local(digits, raw, context)


def _lost_plus(digits: str, context: Context) -> str | None:
    """The French country code of digits whose plus is gone: `33533092845`, `330533092845`, `262692123456`."""
    for code in ("33", *_OVERSEAS_CODES):
        rest = digits.removeprefix(code)
        if rest != digits and len(rest) == (10 if rest.startswith("0") else 9):
            return code
    here = territory_of(context.department) or ""
    if here in LOCAL_LENGTHS and digits.startswith(CODE_OF[here]):
        return CODE_OF[here] if len(digits) - 3 in LOCAL_LENGTHS[here] else None
    return None


def _international(digits: str, raw: str, repairs: tuple[str, ...], context: Context) -> Reading:
    if digits.startswith(SATELLITE_CODES):
        return Refusal("satellite-number", raw)
    for code in CODES:
        if digits.startswith(code):
            return _with_code(code, digits[len(code) :], raw, repairs, context)
    if not 8 <= len(digits) <= 15:
        return Refusal("short-number" if len(digits) <= 4 else "wrong-length", raw)
    found = foreign(digits)
    if found is None:
        return Refusal("unassigned-number", raw)
    country, usage = found
    if country not in context.countries:
        return Refusal("wrong-country", raw)
    return _number(f"+{digits}", country, usage, raw=raw, repairs=repairs, context=context)


def _with_code(code: str, national: str, raw: str, repairs: tuple[str, ...], context: Context) -> Reading:
    """A number with a French country code; the trunk zero people leave in `+33 (0)1` goes away."""
    nine = code in ("33", *_OVERSEAS_CODES)
    if nine and national.startswith("0") and len(national) == 10:
        national, repairs = national[1:], (*repairs, "trunk-zero-removed")
    if nine and (len(national) != 9 or national[0] == "0"):
        return Refusal("wrong-length", raw)
    if code == "33":
        return _national(national, raw, repairs, context)
    territory = sharpen(code, national, territory_of(context.department))
    if not nine and len(national) not in (*LOCAL_LENGTHS[territory], 9):
        return Refusal("wrong-length", raw)
    return _placed(territory, national, raw, repairs, context)


def _national(national: str, raw: str, repairs: tuple[str, ...], context: Context) -> Reading:
    """Nine digits of the French plan, which an overseas prefix moves to its own country code."""
    overseas = territory_by_prefix(national)
    if overseas is None:
        return _placed("FR", national, raw, repairs, context)
    territory = sharpen(CODE_OF[overseas], national, territory_of(context.department))
    return _placed(territory, national, raw, (*repairs, "overseas-prefix"), context)


def _placed(territory: str, national: str, raw: str, repairs: tuple[str, ...], context: Context) -> Reading:
    """A national number in a known territory: valid there, and allowed to be called?"""
    e164 = f"+{CODE_OF[territory]}{national}"
    if territory == "FR" and is_fictional(e164):
        usage: Usage | None = "mobile" if national[0] == "6" else "fixed"
    else:
        usage = usage_in(territory, national)
    if usage is None:
        return Refusal("unassigned-number", raw)
    if territory not in context.countries:
        return Refusal("wrong-country", raw)
    here = territory_of(context.department)
    if here and here != territory and (territory != "FR" or usage == "fixed"):
        repairs = (*repairs, "territory-differs-from-department")
    return _number(e164, territory, usage, raw=raw, repairs=repairs, context=context)


def _number(
    e164: str, territory: str, usage: Usage, *, raw: str, repairs: tuple[str, ...], context: Context
) -> Reading:
    if usage not in ("mobile", "fixed", "voip", "other"):
        return Refusal(usage, raw)
    synthetic = context.synthetic or is_fictional(e164)
    if synthetic and not context.fiction_allowed:
        return Refusal("fiction-number", raw)
    return Number(e164, territory, usage, raw, synthetic=synthetic, repairs=repairs)


def _local(digits: str, raw: str, context: Context) -> Reading:
    """Six or eight digits where such numbers exist; short numbers and wrong lengths everywhere else."""
    here = territory_of(context.department) or ""
    if len(digits) in LOCAL_LENGTHS.get(here, ()) and not digits.startswith("0"):
        return _placed(here, digits, raw, ("territory-from-department",), context)
    if len(digits) <= 4 or (len(digits) == 6 and digits.startswith(("116", "118"))):
        return Refusal("short-number", raw)
    somewhere = [name for name, lengths in LOCAL_LENGTHS.items() if len(digits) in lengths]
    if not here and any(usage_in(name, digits) for name in somewhere):
        return Refusal("territory-needed", raw)
    return Refusal("wrong-length", raw)
