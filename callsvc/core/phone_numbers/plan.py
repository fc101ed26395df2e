"""Numbering plans: which territory and kind a number has, read from the patterns of `phonenumbers`.

The library parses and validates about 12,000 numbers a second, and a list of a million is checked in minutes;
its own patterns, compiled once per territory, give the same answer for the French plans some thirty times
faster (a test holds the two equal). Numbers of other countries go through the library itself.
"""

import re
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import phonenumbers
from phonenumbers import PhoneNumberType as Type
from phonenumbers.phonemetadata import PhoneMetadata

Service: TypeAlias = Literal["premium-number", "shared-cost-number", "service-number"]
Usage: TypeAlias = Literal[
    "mobile", "fixed", "voip", "other", "premium-number", "shared-cost-number", "service-number"
]

CODES: Final = MappingProxyType(
    {
        "33": ("FR",),
        "262": ("RE", "YT"),
        "590": ("GP", "BL", "MF"),
        "594": ("GF",),
        "596": ("MQ",),
        "508": ("PM",),
        "687": ("NC",),
        "689": ("PF",),
        "681": ("WF",),
    }
)
"""Country code -> the territories that share it, the main one first."""

SATELLITE_CODES: Final = ("870", "878", "881", "882", "883", "888", "979")
"""International codes without a country: satellite, global services, international premium."""

_SECTIONS: Final[tuple[tuple[str, Usage], ...]] = (
    ("premium_rate", "premium-number"),
    ("toll_free", "service-number"),
    ("shared_cost", "shared-cost-number"),
    ("voip", "voip"),
    ("personal_number", "other"),
    ("pager", "service-number"),
    ("uan", "service-number"),
    ("voicemail", "service-number"),
)
"""The sections of a plan in the order in which the library asks them."""

_USAGES: Final[dict[int, Usage]] = {
    Type.FIXED_LINE: "fixed",
    Type.MOBILE: "mobile",
    Type.FIXED_LINE_OR_MOBILE: "other",
    Type.PERSONAL_NUMBER: "other",
    Type.VOIP: "voip",
    Type.TOLL_FREE: "service-number",
    Type.PREMIUM_RATE: "premium-number",
    Type.SHARED_COST: "shared-cost-number",
    Type.PAGER: "service-number",
    Type.UAN: "service-number",
    Type.VOICEMAIL: "service-number",
}


@cache
def _patterns(territory: str) -> tuple[tuple[re.Pattern[str], Usage], ...]:
    metadata = PhoneMetadata.metadata_for_region(territory)
    found: list[tuple[re.Pattern[str], Usage]] = []

    def pattern_of(section: str) -> str | None:
        description = getattr(metadata, section)
        return description.national_number_pattern if description else None

    for section, usage in _SECTIONS:
        if pattern := pattern_of(section):
            found.append((re.compile(pattern), usage))
    fixed, mobile = pattern_of("fixed_line"), pattern_of("mobile")
    if fixed and mobile:
        found.append((re.compile(f"(?=(?:{fixed})$)(?:{mobile})"), "other"))
    for pattern, usage in ((fixed, "fixed"), (mobile, "mobile")):
        if pattern:
            found.append((re.compile(pattern), usage))
    return tuple(found)


def usage_in(territory: str, national: str) -> Usage | None:
    """What a national significant number is in a territory's plan, or None when nobody can have it.

    Example: `usage_in("RE", "692123456")` is `mobile`; `usage_in("FR", "692123456")` is None.
    """
    for pattern, usage in _patterns(territory):
        if pattern.fullmatch(national):
            return usage
    return None


@cache
def _known_codes() -> frozenset[str]:
    return frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def country_code_of(e164: str) -> str:
    """The country code of an E.164 number, without the plus: `+262692123456` has `262`."""
    for length in (2, 3, 1):
        if e164[1 : 1 + length] in _known_codes():
            return e164[1 : 1 + length]
    return e164[1:3]


def foreign(digits: str) -> tuple[str, Usage] | None:
    """Country and usage of an international number outside the French plans, or None when it is invalid.

    `digits` has no plus: `foreign("32470123456")` is `("BE", "mobile")`.
    """
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    country = phonenumbers.region_code_for_number(number)
    usage = _USAGES.get(phonenumbers.number_type(number))
    if country is None or usage is None or phonenumbers.format_number(number, 0) != f"+{digits}":
        return None
    return country, usage
