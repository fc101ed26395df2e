"""Each call an agent takes keeps them in practice of its theme."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from callsvc.agents.joining import put_agent
from callsvc.agents.tables import agent
from callsvc.organising.practice import note_practice, practice_of
from callsvc.platforms.service import put_platform, put_region
from callsvc.routing.events import EntryConnected
from callsvc.runtime import Runtime


def test_practice_is_the_latest_call_of_a_theme_and_how_many(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        put_region(tx, "44", name="Grand Est", zone="Europe/Paris")
        put_platform(tx, "67", name="Bas-Rhin", region_code="44")
        put_agent(
            tx, client_name="a-1", platform_code="67", name="A", languages=("fr",), skills={"tracing": 1}
        )
        mine = str(tx.scalar(sa.select(agent.c.id)))
        event = EntryConnected(
            entry_id="e", call_id="c", leg_id="l", region_code="44", platform_code="67", skill="tracing",
            at=tx.now, reservation_id="r", agent_id=mine, agent_region="44", waited_s=1.0, overflow=False,
        )  # fmt: skip
        note_practice(tx, event)
        note_practice(tx, replace(event, at=tx.now + timedelta(hours=1)))
        note_practice(tx, replace(event, at=tx.now - timedelta(hours=1)))  # told late: not the latest
        note_practice(tx, replace(event, skill="tracing--2"))  # its second level is the theme, too
        row = practice_of(tx, [mine])[mine]["tracing"]
        assert (row.calls, row.last_at) == (4, tx.now + timedelta(hours=1))
