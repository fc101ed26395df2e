"""Agents for programs: where they belong and what they do now; by id, without their names."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.accounts.scope import scope_condition
from callsvc.agents.tables import agent
from callsvc.core.errors import NotFound
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, narrowed, page_of
from callsvc.web.models import Listed, Name, PlatformCode, RegionCode, Told

agents_api = api_blueprint("agents_api")

AGENTS = Tag(name="agents", description="Who takes calls, and what they are doing.")


class Agent(Told):
    """`activity` is what the agent declared, `state` what the service derived; since when, lived."""

    id: str
    client_name: str = Field(description="The softphone's name.")
    platform_code: str
    region_code: str
    languages: str = Field(description="Space-separated, the first preferred.", examples=["fr en"])
    activity: str = Field(examples=["available"])
    activity_since: datetime
    state: str = Field(examples=["on-call"])
    state_since: datetime
    missed_offers: int


class AgentList(Listed):
    items: list[Agent]


class AgentFilter(Paging):
    region: RegionCode = ""
    platform: PlatformCode = ""
    activity: Name = ""
    state: Name = ""


@agents_api.get("/agents")
@api("routing")
@operation(AGENTS)
def list_agents(query: AgentFilter) -> AgentList:
    """Agents of your regions, by id."""
    wanted = narrowed(
        _mine(),
        (agent.c.region_code, query.region),
        (agent.c.platform_code, query.platform),
        (agent.c.activity, query.activity),
        (agent.c.state, query.state),
    )
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, wanted, query, agent.c.id)
    return AgentList(items=[Agent.model_validate(row) for row in rows], next=more)


@agents_api.get("/agents/<agent_id>")
@api("routing")
@operation(AGENTS, refusals=(Refusal("agent-unknown", 404, "No agent of your regions has this id."),))
def show_agent(agent_id: str) -> Agent:
    """What one agent is doing."""
    with current_rt().db.read() as tx:
        row = tx.first(_mine().where(agent.c.id == agent_id))
    if row is None:
        raise NotFound("agent-unknown", "No agent of your regions has this id.")
    return Agent.model_validate(row)


def _mine() -> sa.Select[Any]:
    scope = scope_condition(current_principal(), agent.c.region_code, agent.c.platform_code)
    return sa.select(agent).where(scope)
