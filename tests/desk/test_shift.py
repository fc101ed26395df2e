"""An agent sees the shift they are in, or the next one, until a call is theirs."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from callsvc.agents.tables import shift
from tests.desk.test_pages import desk, mine, world
from tests.routing.world import World

__all__ = ["desk", "mine", "world"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_next_shift_is_on_the_desk_until_it_is_over(world: World, desk: FlaskClient, mine: str) -> None:
    def shown() -> str:
        return desk.get("/desk/").text

    assert "Your shift" not in shown()
    with world.rt.db.begin() as tx:
        for hours, skill in ((-5, "yesterday"), (-1, "tracing"), (24, "tomorrow")):
            starts_at = tx.now + timedelta(hours=hours)
            ends_at = starts_at + timedelta(hours=1, minutes=10)
            tx.insert(shift, agent_id=mine, starts_at=starts_at, ends_at=ends_at, skill=skill)
    assert "Your shift" in shown() and "tracing" in shown() and "tomorrow" not in shown()
    world.later(11 * 60)
    assert "tomorrow" in shown()
