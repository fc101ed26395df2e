"""Declaring regions, pools and platforms, and asking whether a platform is open."""

from collections.abc import Mapping
from typing import Any

from callsvc.core.db import Tx
from callsvc.core.france import DEPARTMENTS, REGIONS, ZONES
from callsvc.platforms.queries import platform_by_code, platforms_of, region_by_code, regions
from callsvc.platforms.rules import (
    DEFAULT_POOL_BELOW,
    Hours,
    Opening,
    Week,
    check_hours,
    check_week,
    is_open,
    opening,
)
from callsvc.platforms.tables import platform, region
from callsvc.platforms.weeks import hours_of, stored

__all__ = [
    "is_open_now",
    "load_france",
    "opening_of",
    "platform_by_code",
    "platforms_of",
    "put_platform",
    "put_region",
    "region_by_code",
    "regions",
]


def put_region(tx: Tx, code: str, *, name: str, zone: str, pool_below: int = DEFAULT_POOL_BELOW) -> None:
    """Add a region, or change the one that has this code."""
    values = {"name": name, "zone": zone, "pool_below": pool_below}
    if not tx.insert_once(region, code=code, **values):
        tx.update(region, region.c.code == code, **values)


def put_platform(
    tx: Tx,
    code: str,
    *,
    name: str,
    region_code: str,
    pool_code: str = "",
    opens: str = "08:00",
    closes: str = "20:00",
    week: Week | None = None,
    on_holidays: bool = True,
    national: bool = False,
    card: Mapping[str, Any] | None = None,
) -> None:
    """Add a platform, or change the one that has this code.

    Platforms of one region with the same ``pool_code`` answer as one queue; without one, those under the
    region's minimum size do so by themselves (``callsvc/agents/pooling.py``). ``week`` is more than the same
    hours every day; its zone is the region's. ``card`` is what an agent of elsewhere is shown: ``script`` by
    language, and ``links``. Raises ``hours-invalid``, ``hours-overlap``,
    ``region-unknown``.
    """
    zone = region_by_code(tx, region_code).zone
    check_hours(Hours(opens=opens, closes=closes, zone=zone))
    if week is not None:
        check_week(week)
    values = {
        "name": name,
        "region_code": region_code,
        "pool_code": pool_code,
        "pool_by": "declared",
        "opens": opens,
        "closes": closes,
        "week": None if week is None else stored(week, on_holidays=on_holidays),
        "national": national,
        "card": None if card is None else dict(card),
    }
    if not tx.insert_once(platform, code=code, **values):
        tx.update(platform, platform.c.code == code, **values)


def load_france(tx: Tx) -> int:
    """Declare the 18 regions and their 101 departmental platforms; returns how many platforms.

    Idempotent; a platform already there keeps its pool and its hours.
    """
    zones = {entry.region: ZONES[entry.territory] for entry in DEPARTMENTS.values() if entry.region}
    for code, name in REGIONS.items():
        put_region(tx, code, name=name, zone=zones[code])
    placed = [entry for entry in DEPARTMENTS.values() if entry.region]
    for entry in placed:
        tx.insert_once(
            platform,
            code=entry.code,
            name=entry.name,
            region_code=entry.region,
            pool_code="",
            opens="08:00",
            closes="20:00",
        )
    return len(placed)


def is_open_now(tx: Tx, platform_code: str) -> bool:
    """The half of ``opening_of`` that does not look ahead (lived time)."""
    return is_open(hours_of(platform_by_code(tx, platform_code)), tx.now)


def opening_of(tx: Tx, platform_code: str) -> Opening:
    """Is this platform open now, by its own clock, and when does that change? (lived time)"""
    row = platform_by_code(tx, platform_code)
    return opening(hours_of(row), tx.now)
