"""What agents declared some weeks ago is forgotten, but for what they have been doing since."""

from datetime import timedelta

import sqlalchemy as sa

from callsvc.agents.history import KEPT, forget_activities
from callsvc.agents.service import add_agent, declare_activity
from callsvc.agents.tables import agent_activity
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime


def test_old_declarations_end_and_the_newest_of_each_agent_stays(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.insert(platform, code="67", name="Bas-Rhin", region_code="44")
        ids = [
            add_agent(
                tx,
                client_name=f"agent-{number}",
                platform_code="67",
                name="A",
                languages=["fr"],
                skills=["t"],
            )
            for number in range(2)
        ]
    for said in ("available", "break", "available"):
        rt.clock.advance(60)  # type: ignore[attr-defined]
        with rt.db.begin() as tx:
            for agent_id in ids:
                declare_activity(tx, agent_id, said)
    assert forget_activities(rt) == 0
    rt.clock.advance((KEPT - timedelta(seconds=30)).total_seconds())  # type: ignore[attr-defined]
    with rt.db.begin() as tx:
        declare_activity(tx, ids[0], "break")
    rt.clock.advance(60)  # type: ignore[attr-defined]
    assert forget_activities(rt) == 4
    with rt.db.read() as tx:
        left = tx.all(sa.select(agent_activity.c.agent_id, agent_activity.c.activity))
    assert sorted((row.agent_id, row.activity) for row in left) == sorted(
        [(ids[0], "available"), (ids[0], "break"), (ids[1], "available")]
    )
