"""The eighteen regions: how many people live there, and where.

``PEOPLE`` in millions (around 2020, rounded); ``PLACE`` is the latitude and longitude of the prefecture, from
which the order of the nearest follows.
"""

import math
from functools import cache
from typing import Final

from callsvc.core.france import REGIONS

_REGIONS: Final = (  # code, millions of people, latitude, longitude
    ("11", 12.28, 48.9, 2.4),
    ("84", 8.04, 45.8, 4.8),
    ("32", 6.0, 50.6, 3.1),
    ("75", 6.0, 44.8, -0.6),
    ("76", 5.92, 43.6, 1.4),
    ("44", 5.55, 48.6, 7.8),
    ("93", 5.08, 43.3, 5.4),
    ("52", 3.8, 47.2, -1.6),
    ("53", 3.37, 48.1, -1.7),
    ("28", 3.3, 49.4, 1.1),
    ("27", 2.8, 47.3, 5.0),
    ("24", 2.57, 47.9, 1.9),
    ("04", 0.86, -20.9, 55.5),
    ("01", 0.38, 16.0, -61.7),
    ("02", 0.36, 14.6, -61.1),
    ("94", 0.34, 41.9, 8.7),
    ("03", 0.29, 4.9, -52.3),
    ("06", 0.28, -12.8, 45.2),
)
NAMES: Final = {code: REGIONS[code] for code, *_ in _REGIONS}
PEOPLE: Final = {code: people for code, people, *_ in _REGIONS}
PLACE: Final = {code: (latitude, longitude) for code, _, latitude, longitude in _REGIONS}


@cache
def nearest(code: str) -> tuple[str, ...]:
    """The other regions, the nearest first."""
    here = PLACE[code]
    others = (other for other in NAMES if other != code)
    return tuple(sorted(others, key=lambda other: math.dist(here, PLACE[other])))
