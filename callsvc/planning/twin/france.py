"""The eighteen regions: how many people live there, in millions (around 2020, rounded)."""

from typing import Final

from callsvc.core.france import REGIONS
from callsvc.routing.rules.proximity import nearest

__all__ = ["NAMES", "PEOPLE", "nearest"]

PEOPLE: Final = {
    "11": 12.28,
    "84": 8.04,
    "32": 6.0,
    "75": 6.0,
    "76": 5.92,
    "44": 5.55,
    "93": 5.08,
    "52": 3.8,
    "53": 3.37,
    "28": 3.3,
    "27": 2.8,
    "24": 2.57,
    "04": 0.86,
    "01": 0.38,
    "02": 0.36,
    "94": 0.34,
    "03": 0.29,
    "06": 0.28,
}
NAMES: Final = {code: REGIONS[code] for code in PEOPLE}
