"""Reading the map of regions, pools and platforms."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.platforms.tables import platform, region


def platform_by_code(tx: Tx, code: str) -> Row[Any]:
    """A platform with its region's name and zone; ``platform-unknown`` if there is none."""
    row = tx.first(
        sa.select(platform, region.c.name.label("region_name"), region.c.zone)
        .join(region, region.c.code == platform.c.region_code)
        .where(platform.c.code == code)
    )
    if row is None:
        raise NotFound("platform-unknown", "No platform has this code; it is a department, such as 67.")
    return row


def region_by_code(tx: Tx, code: str) -> Row[Any]:
    """A region; ``region-unknown`` if there is none."""
    row = tx.first(sa.select(region).where(region.c.code == code))
    if row is None:
        raise NotFound("region-unknown", "No region has this code; it is INSEE's, such as 44.")
    return row


def regions(tx: Tx) -> Sequence[Row[Any]]:
    """All regions, by code."""
    return tx.all(sa.select(region).order_by(region.c.code))


def regions_by_name(tx: Tx) -> Sequence[Row[Any]]:
    """All regions as people look for them: Île-de-France stands among the I's."""
    return sorted(regions(tx), key=lambda row: _plain(row.name))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()


def platforms_of(tx: Tx, region_code: str) -> Sequence[Row[Any]]:
    """The platforms of a region, by code."""
    return tx.all(sa.select(platform).where(platform.c.region_code == region_code).order_by(platform.c.code))
