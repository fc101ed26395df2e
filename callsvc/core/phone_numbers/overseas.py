"""Which overseas territory a number written in national form belongs to.

`0262720404` is invalid in the mainland's plan and `0269601234` is valid there but wrong: Mayotte would be
dialled in Brittany. So the prefix is mapped before anything is parsed. The map below is the published one;
the few newer ranges (0709x mobiles, 0947x and 0976x voice over IP) are found in the library's own plans,
whose mainland section accepts every number in 09.
"""

from types import MappingProxyType
from typing import Final

from callsvc.core.phone_numbers.plan import CODES, usage_in

PREFIXES: Final = MappingProxyType(
    {
        "262": "RE",
        "263": "RE",
        "692": "RE",
        "693": "RE",
        "269": "YT",
        "639": "YT",
        "590": "GP",
        "690": "GP",
        "691": "GP",
        "594": "GF",
        "694": "GF",
        "596": "MQ",
        "696": "MQ",
        "697": "MQ",
    }
)
"""First three digits after the trunk zero -> territory. 0639 98 is reserved for fiction in the mainland."""

CODE_OF: Final = MappingProxyType(
    {territory: code for code, territories in CODES.items() for territory in territories}
)
"""Territory -> country code."""

LOCAL_LENGTHS: Final = MappingProxyType({"PM": (6,), "NC": (6,), "WF": (6,), "PF": (8,)})
"""Territories whose national numbers are too short to be recognised without knowing where we are."""

_NEWER: Final = ("RE", "YT", "GP", "MQ", "GF")


def territory_by_prefix(national: str) -> str | None:
    """The overseas territory of a nine-digit national number, or None for the mainland.

    Example: `territory_by_prefix("692123456")` is `RE`; `territory_by_prefix("639981234")` is None (fiction).
    """
    if national.startswith("63998"):
        return None
    mapped = PREFIXES.get(national[:3])
    if mapped or not national.startswith(("709", "9", "268", "598")):
        return mapped
    for territory in _NEWER:
        if usage_in(territory, national) in ("mobile", "fixed", "voip"):
            return territory
    return None


def sharpen(code: str, national: str, department_territory: str | None) -> str:
    """The territory among those that share a country code: 262 is Réunion or Mayotte, 590 three islands.

    Guadeloupe, Saint-Barthélemy and Saint-Martin share ranges, so the person's department decides where it
    can have the number, and Guadeloupe stands for "unknown".
    """
    candidates = CODES[code]
    if len(candidates) == 1:
        return candidates[0]
    if code == "590":
        preferred = department_territory if department_territory in candidates else candidates[0]
    else:
        mapped = territory_by_prefix(national)
        preferred = mapped if mapped in candidates else candidates[0]
    if preferred is None or usage_in(preferred, national) is None:
        # Somebody of Saint-Martin may have a number of Guadeloupe's own ranges, and the other way round.
        return next((one for one in candidates if usage_in(one, national)), preferred or candidates[0])
    return preferred
