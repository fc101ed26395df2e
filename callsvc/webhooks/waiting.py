"""Somebody an agent had called waits for another agent: their line died, or they were handed on.

No flow of ours knows them, so the round of waiting is here. When nobody is there for them they are told that
they will be called again, and are.
"""

from typing import Any

from sqlalchemy.engine import Row

from callsvc.calls.queries import lock_leg
from callsvc.calls.updates import waiting_path
from callsvc.carrier import twiml
from callsvc.core.db import Tx
from callsvc.routing import service as routing
from callsvc.routing.other_work.calling_again import call_again
from callsvc.runtime import Runtime
from callsvc.webhooks.once import first_time
from callsvc.webhooks.patience import QUIET_S, words_for
from callsvc.webhooks.requests import CarrierRequest

_WAITS = ("pending", "reserved")


def wait_on(rt: Runtime, leg_id: str, given: CarrierRequest) -> str:
    """One more round, or the word that they are called again. Asked twice, it says the same."""
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.sid != given.text("CallSid") or row.end_asked_at is not None:
            return twiml.hang_up()
        entry = routing.entry_of_leg(tx, leg_id)
        if entry is None:
            return twiml.hang_up()
        if entry.state == "assigned" or (entry.state in _WAITS and _anybody_there(tx, entry)):
            said = words_for("wait", entry.language)
            return twiml.wait(said, action=waiting_path(tx, leg_id), pause_s=QUIET_S, takes_key=False)
        routing.leave_queue(tx, leg_id, "unavailable")
        left = routing.entry_of_leg(tx, leg_id)
        if left is None or left.left_how != "unavailable":
            return twiml.hang_up()
        if first_time(tx, f"called-again:{left.id}", leg_id):
            call_again(tx, left)
        return twiml.say_and_hang_up(words_for("again", left.language))


def _anybody_there(tx: Tx, entry: Row[Any]) -> bool:
    return routing.any_agents_open(tx, entry.platform_code, entry.skill, entry.language)


def go_back(leg_id: str, why: str, language: str) -> str:
    """Moved out of a conference, they hear why they wait, and do."""
    return twiml.say_and_go(words_for(why, language), f"/webhooks/voice/{leg_id}/waiting")
