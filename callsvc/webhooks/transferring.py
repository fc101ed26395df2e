"""``transfer:`` of a flow: a target of the directory is dialled out of the call, or its queue is joined.

Whoever is not there at this hour, or may not be reached by this caller, is ``closed``; so is a name that
left the directory after the flow was published. The same document does it on carriers that hand over by
conference and on those that only dial.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Row

from callsvc.calls.queries import call_of_leg
from callsvc.calls.transfers import LONGEST_S, newest_transfer, open_transfer, spoke, transfer_over
from callsvc.carrier import twiml
from callsvc.carrier.profiles import profile_of
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.core.incidents import report_once
from callsvc.directory.queries import Reachable, number_of, reachable
from callsvc.platforms.queries import platform_by_code
from callsvc.routing import service as routing
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.speech import speeches
from ivr_flows import Transfer, TransferEnded, Turn

LONGEST_WAIT_S = 1800  # lived; then nobody is there
# What the carrier says of the leg it dialled, in the flow's words.
_HOW = {"completed": "connected", "answered": "connected", "busy": "busy"}


@dataclass(frozen=True)
class Ringing:
    """A transfer that the next document dials: the leg written for it, and the number."""

    leg_id: str
    number: str
    ring_s: int


def begin_transfer(
    tx: Tx, leg: Row[Any], session_id: str, wait: Transfer, language: str
) -> Ringing | TransferEnded | None:
    """What to dial; how it ended already; or None when the person waits in the target's queue."""
    call = call_of_leg(tx, leg.id)
    target = _target(tx, wait.target, call)
    if target is None or (target.number_id and profile_of(tx.settings).hand_over == "none"):
        return TransferEnded("closed")
    if target.number_id is not None:
        number = number_of(tx, target.number_id)
        leg_id = open_transfer(tx, call_id=call.id, number_id=target.number_id, ring_s=wait.timeout_s)
        return Ringing(leg_id, number, wait.timeout_s)
    return _join_queue(tx, session_id, target, leg, language)


def _target(tx: Tx, name: str, call: Row[Any]) -> Reachable | None:
    try:
        found = reachable(tx, name, used_by="flows", region_code=call.region_code)
    except NotFound:
        report_once(tx, "transfer-unknown", name)
        return None
    return found if isinstance(found, Reachable) else None


def _join_queue(
    tx: Tx, session_id: str, target: Reachable, leg: Row[Any], language: str
) -> TransferEnded | None:
    call = call_of_leg(tx, leg.id)
    platform, region = call.platform_code, call.region_code
    if target.platform_code is not None:
        platform = target.platform_code
        region = platform_by_code(tx, platform).region_code
    if tx.settings.callsvc_hand_over == "none":  # nobody could be connected with an agent
        return TransferEnded("closed")
    if not routing.any_agents_open(tx, platform, target.skill, language, call_id=call.id):
        return TransferEnded("closed")
    routing.enter_queue(
        tx,
        call_id=call.id,
        leg_id=leg.id,
        session_id=session_id,
        region_code=region,
        platform_code=platform,
        skill=target.skill,
        language=language,
        max_wait_s=LONGEST_WAIT_S,
    )
    return None


def render_ringing(tx: Tx, turn: Turn, leg_id: str, next_turn: int, ringing: Ringing) -> str:
    """The document that dials, and comes back to the next turn with what became of it."""
    base = tx.settings.public_base_url.rstrip("/")
    return twiml.transfer(
        ringing.number,
        action=f"/webhooks/voice/{leg_id}/{next_turn}",
        status_url=f"{base}/webhooks/status/{ringing.leg_id}#rc=3&rp=all",
        caller_id=tx.settings.callsvc_caller_id,
        ring_s=ringing.ring_s,
        longest_s=LONGEST_S,
        before=speeches(turn.spoken),
    )


def transfer_ended(tx: Tx, leg: Row[Any], given: CarrierRequest) -> TransferEnded | None:
    """How the dialling ended; None when this person is not dialled for but waits in a queue."""
    dialled = newest_transfer(tx, leg.call_id)
    entry = routing.entry_of_leg(tx, leg.id)
    if dialled is None or (entry is not None and entry.entered_at > dialled.planned_at):
        return None
    transfer_over(tx, dialled.id, given.text("DialCallSid"))
    return TransferEnded(_HOW.get(given.text("DialCallStatus"), "no-answer"))  # type: ignore[arg-type]


def spoke_before_leaving(tx: Tx, leg: Row[Any]) -> bool:
    """The person hung up after they were connected: for the flow that was a conversation."""
    dialled = newest_transfer(tx, leg.call_id)
    return dialled is not None and spoke(dialled)
