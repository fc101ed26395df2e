"""Lines on real processes: a voicemail picks up an agent's telephone and takes nothing, a key takes the call.

The carrier is the simulator, as a process of its own; the third agent has the simulated line.
"""

from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from callsvc.agents.service import add_agent
from callsvc.audit.carrier import audit_carrier
from callsvc.audit.ledger import fetch_ledger
from callsvc.calls.codes import place_code_leg
from callsvc.calls.tables import leg, participant
from callsvc.processes.running import RunningStack, running_stack
from callsvc.routing import service as routing
from callsvc.routing.tables import reservation
from callsvc.runtime import Runtime
from callsvc.softphone.rules import TELEPHONE
from callsvc.softphone.service import choose_driver
from callsvc.softphone.verifying import confirm_telephone, propose_telephone, spoken_code
from tests.factories import make_country, publish_library
from tests.scenarios.test_flows_called import until

NEEDED = {"redis", "web", "simulator", "worker-dialing", "worker-handover", "worker-messages", "ticker"}
PHONE, MACHINE, CALLER = "+33639980061", "+33639980062", "+33639980063"
PEOPLE: list[dict[str, Any]] = [
    {"number": PHONE, "answers": "human", "ring": 2.0, "replies": [{"hears": "une touche", "press": "5"}]},
    {"number": MACHINE, "answers": ["human", "machine"], "ring": 2.0},
    {
        "number": CALLER, "answers": "human", "patience": 3000, "talk": 60,
        "replies": [
            {"hears": "en français, tapez 1", "press": "1", "after": 1.0},
            {"hears": "autre question, tapez 0", "press": "0", "after": 1.0},
        ],
    },
]  # fmt: skip


def agent_on(rt: Runtime, name: str, number: str) -> str:
    """An agent whose line is this telephone, or the simulated one without a number."""
    with rt.db.begin() as tx:
        found = add_agent(
            tx, client_name=name, platform_code="75", name=name, languages=["fr"], skills=["general"]
        )
        if number:
            propose_telephone(tx, found, number)
            place_code_leg(tx, found)
    if number:
        assert until(lambda: _ended(rt, found, "code"))
        with rt.db.begin() as tx:
            assert confirm_telephone(tx, found, spoken_code(tx, found))
            choose_driver(tx, found, TELEPHONE)
    return found


def _ended(rt: Runtime, agent_id: str, role: str) -> bool:
    mine = (leg.c.agent_id == agent_id) & (leg.c.role == role)
    with rt.db.read() as tx:
        row = tx.first(sa.select(leg).where(mine).order_by(leg.c.planned_at.desc()))
    return row is not None and row.ended_at is not None and row.status == "completed"


def _met(rt: Runtime, agent_id: str) -> bool:
    met = (reservation.c.agent_id == agent_id) & reservation.c.bridged_at.is_not(None)
    with rt.db.read() as tx:
        return tx.first(sa.select(reservation).where(met)) is not None


def call_in(stack: RunningStack) -> None:
    sent = {"from": CALLER, "to": "+33199000100"}
    requests.post(f"{stack.simulator_url}/_simulator/calls", json=sent, timeout=5).raise_for_status()


@pytest.mark.enable_socket
@pytest.mark.xdist_group("stack")
def test_a_voicemail_takes_nothing_a_key_takes_the_call_and_a_simulated_line_goes_on(tmp_path: Path) -> None:
    with running_stack(tmp_path, speed=20.0, only=NEEDED) as stack:
        rt = stack.runtime()
        try:
            requests.post(
                f"{stack.simulator_url}/_simulator/people", json=PEOPLE, timeout=5
            ).raise_for_status()
            with rt.db.begin() as tx:
                make_country(tx)
            publish_library(rt, "front-desk")
            absent, there = agent_on(rt, "agent-01", MACHINE), agent_on(rt, "agent-02", PHONE)
            simulated = agent_on(rt, "agent-03", "")
            routing.set_activity(rt, absent, "available")
            call_in(stack)
            assert until(lambda: _ended(rt, absent, "agent"))  # the voicemail heard that a call is waiting
            with rt.db.read() as tx:
                joined = tx.first(sa.select(participant).where(participant.c.joined_at.is_not(None)))
            assert joined is None and not _met(rt, absent)
            routing.set_activity(rt, there, "available")
            routing.set_activity(rt, absent, "offline")
            assert until(lambda: _met(rt, there))
            routing.hang_up(rt, there)
            routing.set_activity(rt, there, "offline")
            routing.set_activity(rt, simulated, "available")
            call_in(stack)
            assert until(lambda: _accepts(rt, simulated) and _met(rt, simulated))
            routing.hang_up(rt, simulated)
            assert until(lambda: _quiet(rt))
            result = audit_carrier(rt, fetch_ledger(stack.simulator_url), final=True)
            wrong = [check.id for check in result.checks if not check.passed and check.id != "loose-ends"]
            assert not wrong, result.as_text()
        finally:
            rt.db.engine.dispose()


def _accepts(rt: Runtime, agent_id: str) -> bool:
    """Take what is offered, as a desk does."""
    pending = (reservation.c.agent_id == agent_id) & (reservation.c.state == "pending")
    with rt.db.read() as tx:
        row = tx.first(sa.select(reservation).where(pending))
    if row is not None:
        routing.accept(rt, agent_id, row.id)
    return True


def _quiet(rt: Runtime) -> bool:
    with rt.db.read() as tx:
        return tx.first(sa.select(leg.c.id).where(leg.c.ended_at.is_(None), leg.c.sid.is_not(None))) is None
