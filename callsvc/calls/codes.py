"""A call to a telephone that an agent says is theirs: whoever picks up hears a code, and nothing else."""

from callsvc.agents.service import agent_by_id
from callsvc.calls.addresses import CODE
from callsvc.calls.placing import open_call, plan_leg
from callsvc.core.db import Tx


def place_code_leg(tx: Tx, agent_id: str) -> str:
    """Plan the call to the number that is to become the agent's; returns its leg.

    It is nobody's conversation, so that it is over from the start: nothing waits for its end.
    """
    row = agent_by_id(tx, agent_id)
    at = {"region_code": row.region_code, "platform_code": row.platform_code}
    call_id = open_call(tx, direction="outbound", ended_at=tx.now, **at)
    leg_id = plan_leg(tx, call_id=call_id, role=CODE, number_id=None, agent_id=agent_id)
    tx.enqueue("place_agent_leg", leg_id)
    return leg_id
