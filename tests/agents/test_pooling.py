"""Small platforms answer together while they are small; what a file declared stays."""

import sqlalchemy as sa

from callsvc.agents.joining import put_agent
from callsvc.agents.pooling import form_pools
from callsvc.agents.tables import agent
from callsvc.platforms.service import put_platform, put_region
from callsvc.platforms.tables import platform
from callsvc.runtime import Runtime


def on_duty(rt: Runtime, code: str, wanted: int) -> None:
    """So many agents of the platform are ready, the others are off."""
    with rt.db.begin() as tx:
        for number in range(wanted):
            put_agent(
                tx, client_name=f"{code}-{number}", platform_code=code, name="Agent",
                languages=("fr",), skills={"tracing": 1},
            )  # fmt: skip
        mine = agent.c.platform_code == code
        tx.update(agent, mine, activity="offline")
        first = [f"{code}-{number}" for number in range(wanted)]
        tx.update(agent, mine & agent.c.client_name.in_(first), activity="available")


def pools(rt: Runtime) -> dict[str, str]:
    with rt.db.read() as tx:
        return {row.code: row.pool_code for row in tx.all(sa.select(platform))}


def test_pools_form_below_the_size_and_come_apart_well_above_it(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        put_region(tx, "44", name="Grand Est", zone="Europe/Paris", pool_below=4)
        put_region(tx, "94", name="Corse", zone="Europe/Paris", pool_below=4)
        for code, region, declared in (
            ("67", "44", ""), ("68", "44", ""), ("57", "44", ""), ("54", "44", "lorraine"), ("2A", "94", "")
        ):  # fmt: skip
            put_platform(tx, code, name=code, region_code=region, pool_code=declared)
    for code, agents in (("67", 2), ("68", 3), ("57", 6), ("54", 1), ("2A", 1)):
        on_duty(rt, code, agents)
    assert form_pools(rt) == 2
    assert pools(rt) == {"67": "size-44", "68": "size-44", "57": "", "54": "lorraine", "2A": ""}
    assert form_pools(rt) == 0
    on_duty(rt, "68", 5)  # at the size times 1.25, not a pool of one with 67
    assert form_pools(rt) == 2
    assert set(pools(rt).values()) == {"", "lorraine"}
