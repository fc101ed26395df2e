"""A world with people who may hear different things, and the stream beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from callsvc.accounts.sessions import open_session
from callsvc.accounts.tables import account, account_region
from callsvc.agents.service import add_agent
from callsvc.core.db import Tx
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime
from callsvc.stream import DESK_PATH, PATH
from callsvc.stream.testing import stream_beside

from .ear import Ear

REGIONS = (("44", "67"), ("11", "75"))


@dataclass(frozen=True)
class Listening:
    """Addresses, and the session of somebody of each kind."""

    rt: Runtime
    address: str
    chief: str  # administrator, the whole country
    local: str  # supervisor of region 44
    agent: str  # works in region 11
    agent_id: str

    def page(self, who: str, topics: str, since: str = "", **headers: str) -> Ear:
        query = f"?topics={topics}" + (f"&since={since}" if since else "")
        return Ear(f"{self.address}{PATH}{query}", cookies={"callsvc_session": who}, headers=headers)

    def desk(self, who: str = "", key: str = "") -> Ear:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return Ear(f"{self.address}{DESK_PATH}", cookies={"callsvc_session": who}, headers=headers)


def add_person(tx: Tx, name: str, role: str, *regions: str) -> str:
    """An account whose password nobody will ask for; returns its id."""
    account_id = f"acc-{name}"
    tx.insert(
        account, id=account_id, email=f"{name}@example.org", name=name, password_hash="-", role=role,
        created_at=tx.machine_now,
    )  # fmt: skip
    for code in regions:
        tx.insert(account_region, account_id=account_id, region_code=code)
    return account_id


@pytest.fixture
def listening(rt: Runtime) -> Iterator[Listening]:
    with rt.db.begin() as tx:
        for code, department in REGIONS:
            tx.insert(region, code=code, name=code, zone="Europe/Paris")
            tx.insert(platform, code=department, name=department, region_code=code)
        chief = open_session(tx, add_person(tx, "chief", "administrator", "*"))
        local = open_session(tx, add_person(tx, "local", "supervisor", "44"))
        owner = add_person(tx, "agent", "agent", "11")
        agent = open_session(tx, owner)
        agent_id = add_agent(
            tx, client_name="agent-01", platform_code="75", name="A", languages=["fr"], skills=["tracing"],
            account_id=owner,
        )  # fmt: skip
    with stream_beside(rt) as address:
        yield Listening(rt, address, chief, local, agent, agent_id)
