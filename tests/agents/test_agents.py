"""One row per agent, changed by compare-and-set."""

import pytest

from callsvc.agents import service as agents
from callsvc.agents.queries import version_of
from callsvc.agents.rules import activity_after_miss
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.platforms.service import put_platform, put_region
from callsvc.runtime import Runtime


@pytest.fixture
def agent_id(rt: Runtime) -> str:
    with rt.db.begin() as tx:
        put_region(tx, "44", name="Grand Est", zone="Europe/Paris")
        put_platform(tx, "67", name="Bas-Rhin", region_code="44")
        return _add(tx)


def _add(tx, client_name: str = "agent-01", **traits: object) -> str:
    values: dict = {"platform_code": "67", "name": "Agent 01", "languages": ["fr"], "skills": ["tracing"]}
    return agents.add_agent(tx, client_name=client_name, **(values | traits))


def test_a_new_agent_is_offline_and_of_the_region_of_their_platform(rt: Runtime, agent_id: str) -> None:
    with rt.db.read() as tx:
        row = agents.agent_by_id(tx, agent_id)
        assert (row.activity, row.state, row.region_code) == ("offline", "idle", "44")
        assert agents.client_name_of(tx, agent_id) == "agent-01"
        assert agents.agent_of_account(tx, "acc-none") is None


def test_a_softphone_has_one_agent_and_an_agent_a_skill_and_a_platform(rt: Runtime, agent_id: str) -> None:
    with rt.db.begin() as tx:
        with pytest.raises(Conflict, match="agent-exists"):
            _add(tx)
        with pytest.raises(Invalid, match="agent-without-skill"):
            _add(tx, "agent-02", skills=[])
        with pytest.raises(NotFound, match="platform-unknown"):
            _add(tx, "agent-02", platform_code="00")
        with pytest.raises(NotFound, match="agent-unknown"):
            agents.declare_activity(tx, "agt-none", "break")
        with pytest.raises(NotFound, match="agent-unknown"):
            version_of(tx, "agt-none")


def test_only_a_free_agent_is_reserved_and_only_once(rt: Runtime, agent_id: str) -> None:
    with rt.db.begin() as tx:
        assert not agents.reserve_agent(tx, agent_id, "rsv1")  # offline
        agents.declare_activity(tx, agent_id, "available")
        assert agents.reserve_agent(tx, agent_id, "rsv1")
        assert not agents.reserve_agent(tx, agent_id, "rsv2")
        agents.release_agent(tx, agent_id, "rsv2")  # somebody else's reservation frees nobody
        assert agents.agent_by_id(tx, agent_id).reservation_id == "rsv1"
        agents.release_agent(tx, agent_id, "rsv1")
        assert agents.reserve_agent(tx, agent_id, "rsv3")


def test_every_change_raises_the_version_and_a_repetition_does_not(rt: Runtime, agent_id: str) -> None:
    versions = []
    with rt.db.begin() as tx:
        for activity in ("available", "available", "break"):
            agents.declare_activity(tx, agent_id, activity)
            versions.append(version_of(tx, agent_id))
    assert versions == [1, 1, 2]


@pytest.mark.parametrize(
    ("activity", "missed", "then"),
    [("available", 2, "available"), ("available", 3, "break"), ("training", 3, "training")],
)
def test_three_missed_offers_are_a_break(activity: str, missed: int, then: str) -> None:
    assert activity_after_miss(activity, missed, 3) == then
