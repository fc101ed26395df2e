"""Which regions are nearest to one: by the latitude and longitude of their prefectures."""

import math
from functools import cache
from typing import Final

PLACE: Final = {
    "11": (48.9, 2.4),
    "84": (45.8, 4.8),
    "32": (50.6, 3.1),
    "75": (44.8, -0.6),
    "76": (43.6, 1.4),
    "44": (48.6, 7.8),
    "93": (43.3, 5.4),
    "52": (47.2, -1.6),
    "53": (48.1, -1.7),
    "28": (49.4, 1.1),
    "27": (47.3, 5.0),
    "24": (47.9, 1.9),
    "04": (-20.9, 55.5),
    "01": (16.0, -61.7),
    "02": (14.6, -61.1),
    "94": (41.9, 8.7),
    "03": (4.9, -52.3),
    "06": (-12.8, 45.2),
}


@cache
def nearest(code: str) -> tuple[str, ...]:
    """The other regions, the nearest first; of an unknown region, as they stand.

    >>> nearest("44")[:3]
    ('27', '84', '32')
    """
    others = tuple(other for other in PLACE if other != code)
    if code not in PLACE:
        return others
    return tuple(sorted(others, key=lambda other: math.dist(PLACE[code], PLACE[other])))


@cache
def distance_rank(home: str, other: str) -> tuple[int, str]:
    """Sort key of a helper for a region: how many regions are nearer, then its code."""
    order = nearest(home)
    return (order.index(other) if other in order else len(order), other)
