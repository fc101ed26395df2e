"""Rows in one text come back as they were."""

from datetime import UTC, datetime

import sqlalchemy as sa

from callsvc.core.packed import instant, packed, unpacked
from callsvc.platforms.tables import delegation, platform, region
from callsvc.runtime import Runtime

HALF_PAST = datetime(2020, 11, 16, 9, 30, tzinfo=UTC)


def test_rows_come_back_with_their_numbers_their_instants_and_empty_cells(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.insert(platform, code="67", name="Bas-Rhin", region_code="44")
        for share, at in ((0, HALF_PAST), (50, HALF_PAST.replace(microsecond=250_000))):
            tx.insert(
                delegation,
                id=f"dlg-{share}",
                platform_code="67",
                share=share,
                starts_at=at,
                declared_at=at,
                declared_by="system",
            )
        columns = (delegation.c.share, delegation.c.starts_at, delegation.c.ends_at)
        rows = sorted(unpacked(tx.scalar(sa.select(packed(*columns)))))
        nothing = tx.scalar(sa.select(packed(*columns)).where(delegation.c.share > 90))
    assert [(int(share), instant(at), ends) for share, at, ends in rows] == [
        (0, HALF_PAST, ""),
        (50, HALF_PAST.replace(microsecond=250_000), ""),
    ]
    assert unpacked(nothing) == []
