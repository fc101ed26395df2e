"""The desk's page beside calls: the thread of somebody who writes, a look at whom to call."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from callsvc.accounts.tables import access_log
from callsvc.agents.tables import agent
from callsvc.routing.other_work.working import Work, enter_work, offer_other_work
from tests.desk.test_pages import desk, mine, press, shown, world
from tests.routing.world import World

__all__ = ["desk", "mine", "world"]


@pytest.fixture
def on_sms(world: World, mine: str) -> str:
    with world.rt.db.begin() as tx:
        tx.update(agent, agent.c.id == mine, channels="voice sms")
    return mine


def test_a_thread_is_read_answered_and_closed(world: World, desk: FlaskClient, on_sms: str) -> None:
    press(desk, "activity", activity="available")
    world.writes("Mon test est <négatif>", region="11", platform="75")
    assert "somebody who writes" in shown(desk)
    told = press(desk, f"offers/{world.reservation_of(on_sms).id}/accept")
    assert "Mon test est &lt;négatif&gt;" in told and "Your answer" in told
    shown(desk)
    assert len(world.rows(access_log.select().where(access_log.c.action == "caller-read"))) == 1
    assert "Bonne nouvelle" in press(desk, "work/answer", text="Bonne nouvelle")
    assert "Write something" in press(desk, "work/answer", text=" ")
    assert "You are ready" in press(desk, "work/close", disposition="reached")


def test_whom_to_call_is_seen_before_anything_rings(world: World, desk: FlaskClient, on_sms: str) -> None:
    press(desk, "activity", activity="available")
    where: dict[str, Any] = {"region": "11", "platform": "75", "skill": "tracing", "language": "fr"}
    with world.rt.db.begin() as tx:
        late = tx.now + timedelta(hours=1)
        enter_work(tx, Work(kind="task", subject_id="cct-1", deadline_at=late, **where))
        offer_other_work(tx, "11")
    assert "somebody to call" in shown(desk)
    assert "Nothing rings yet" in press(desk, f"offers/{world.reservation_of(on_sms).id}/accept")
    assert "Your telephone rings" in press(desk, "work/dial")
    assert "Your telephone rings" not in press(desk, "hang-up")
