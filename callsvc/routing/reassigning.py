"""What a supervisor does about a call that waits: to an agent of their choice, elsewhere, first, or over.

Each is a decision like the router's, with a sentence that ``why`` gives, and stands in the access log. The
caller has checked that the entry is of the supervisor's regions; whom it goes to is checked here.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.agents.queries import agent_by_id, is_skill
from callsvc.agents.service import reserve_agent
from callsvc.agents.tables import agent_skill
from callsvc.calls import service as calls
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.platforms.tables import platform
from callsvc.routing.decisions import Decision, make_offer, record_decision
from callsvc.routing.offering import close_offer, offer_next, was_moved
from callsvc.routing.queries import hold_entry, live_reservation
from callsvc.routing.queueing import any_agents_open, cancel_entry, enter_queue
from callsvc.routing.rules import FRONT
from callsvc.routing.tables import queue_entry, routing_decision
from callsvc.routing.talking.wrapping import end_conversation

MOVED = "reassigned"
"""How an entry left its queue when a supervisor moved its call to a queue of another region."""

FIRST = FRONT - 1
"""The priority a supervisor gives: before everybody but those whose agent vanished."""


def reassign_to_agent(tx: Tx, principal: Principal, entry_id: str, agent_id: str) -> None:
    """Offer a waiting call to this agent now; whoever it was offered to is free again.

    The agent may decline as any other offer; the call then keeps its place. Raises ``entry-unknown``,
    ``entry-not-waiting``, ``agent-unknown``, ``agent-does-not-match``, ``agent-not-free``.
    """
    entry = _waiting(tx, entry_id)
    row = agent_by_id(tx, agent_id)
    if not principal.may_see(row.region_code, row.platform_code):
        raise NotFound("agent-unknown", "No agent has this id.")
    skilled = (agent_skill.c.agent_id == agent_id) & (agent_skill.c.skill == entry.skill)
    if entry.language not in row.languages.split() or not tx.first(sa.select(agent_skill).where(skilled)):
        raise Conflict("agent-does-not-match", "This agent lacks the theme or the language of the call.")
    before = live_reservation(tx, entry.id)
    if before is not None and before.agent_id == agent_id:
        return
    regions = _withdraw(tx, entry, before)
    _offer(tx, entry, row)
    record_access(tx, principal, "entry-reassigned", entry_id, {"agent": agent_id})
    offer_next(tx, regions)


def reassign_to_queue(
    tx: Tx, principal: Principal, entry_id: str, *, platform_code: str = "", skill: str = ""
) -> str:
    """Let a waiting call wait in another queue, at the place of its arrival; the id of its entry there.

    ``platform_code``, ``skill``: empty keeps what it has. In another region it is an entry of its own, as
    each region counts those who waited in its queues. Raises ``entry-unknown``, ``entry-not-waiting``,
    ``platform-unknown``, ``skill-unknown``, ``queue-unserved``.
    """
    entry = _waiting(tx, entry_id)
    skill = skill or entry.skill
    wanted = _queue(tx, principal, entry, platform_code or entry.platform_code, skill)
    regions = _withdraw(tx, entry, live_reservation(tx, entry.id))
    said = (
        f"A supervisor moved this call to {wanted.name}, theme {skill}.",
        f"Un superviseur a placé cet appel chez {wanted.name}, thème {skill}.",
    )
    if wanted.region_code == entry.region_code:
        tx.update(queue_entry, queue_entry.c.id == entry_id, platform_code=wanted.code, skill=skill)
        moved = entry_id
    else:
        moved = _move(tx, entry, wanted, skill)
    decision = _decision(tx, moved, said)
    record_decision(tx, moved, decision, from_region=entry.region_code, to_region=wanted.region_code)
    facts = {"platform": wanted.code, "skill": skill, "entry": moved}
    record_access(tx, principal, "entry-reassigned", entry_id, facts)
    _tell(tx, regions, entered=wanted.region_code)
    return moved


def put_first(tx: Tx, principal: Principal, entry_id: str) -> None:
    """Serve a waiting call before the others of its queue.

    Raises ``entry-unknown``, ``entry-not-waiting``.
    """
    entry = _waiting(tx, entry_id)
    tx.update(queue_entry, queue_entry.c.id == entry_id, priority=max(entry.priority, FIRST))
    said = ("A supervisor put this call first.", "Un superviseur a fait passer cet appel en premier.")
    record_decision(tx, entry_id, _decision(tx, entry_id, said), from_region=entry.region_code)
    record_access(tx, principal, "entry-put-first", entry_id, {"before": entry.priority})
    _tell(tx, set(), entered=entry.region_code)


def end_entry(tx: Tx, principal: Principal, entry_id: str) -> None:
    """End a call: who waits goes on in their flow, where nobody is available; two who talk are parted.

    Raises ``entry-unknown``, ``entry-over``.
    """
    entry = hold_entry(tx, entry_id)
    if entry is None or entry.kind != "call":
        raise NotFound("entry-unknown", "No waiting call has this id.")
    if entry.state not in ("pending", "reserved", "assigned"):
        raise Conflict("entry-over", "This call is over already.")
    row = live_reservation(tx, entry_id)
    if row is not None and row.bridged_at is not None:
        end_conversation(tx, entry, row)
    else:
        cancel_entry(tx, entry, "unavailable")
        if row is not None and row.conference_id and was_moved(tx, entry.leg_id, row.conference_id):
            calls.move_to_wait(tx, entry.leg_id, why="wait", language=entry.language)
    record_access(tx, principal, "entry-ended", entry_id, {"state": entry.state})


def _waiting(tx: Tx, entry_id: str) -> Row[Any]:
    """The entry, held, of a call that waits or is being offered."""
    entry = hold_entry(tx, entry_id)
    if entry is None or entry.kind != "call":
        raise NotFound("entry-unknown", "No waiting call has this id.")
    if entry.state not in ("pending", "reserved"):
        raise Conflict("entry-not-waiting", "This call does not wait any more.")
    return entry


def _queue(tx: Tx, principal: Principal, entry: Row[Any], platform_code: str, skill: str) -> Row[Any]:
    """The platform's row, if somebody there or in a region that aids it could take this call now."""
    wanted = tx.first(sa.select(platform).where(platform.c.code == platform_code))
    if wanted is None or not principal.may_see(wanted.region_code, wanted.code):
        raise Invalid("platform-unknown", "No platform of yours has this code.")
    if not is_skill(tx, skill):
        raise Invalid("skill-unknown", "No agent has this theme: choose one that somebody can answer.")
    if not any_agents_open(tx, wanted.code, skill, entry.language):
        raise Conflict(
            "queue-unserved",
            "Nobody on duty there now takes this theme in the caller's language: choose another queue.",
        )
    return wanted


def _withdraw(tx: Tx, entry: Row[Any], offer: Row[Any] | None) -> set[str]:
    """Take back the offer, if there is one; the regions with somebody free for other calls."""
    if offer is None:
        return set()
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="pending")
    close_offer(tx, entry, offer, "canceled")
    return {offer.agent_region}


def _offer(tx: Tx, entry: Row[Any], row: Row[Any]) -> None:
    reservation_id = tx.new_id("rsv")
    if not reserve_agent(tx, row.id, reservation_id):
        raise Conflict("agent-not-free", "This agent is not free: choose another one.")
    said = (
        f"A supervisor gave this call to agent {row.id}.",
        f"Un superviseur a confié cet appel à l'agent {row.id}.",
    )
    make_offer(
        tx,
        entry,
        _decision(tx, entry.id, said),
        reservation_id=reservation_id,
        agent_id=row.id,
        agent_region=row.region_code,
    )


def _move(tx: Tx, entry: Row[Any], wanted: Row[Any], skill: str) -> str:
    cancel_entry(tx, entry, MOVED)
    moved = enter_queue(
        tx,
        call_id=entry.call_id,
        leg_id=entry.leg_id,
        session_id=entry.session_id,
        region_code=wanted.region_code,
        platform_code=wanted.code,
        skill=skill,
        language=entry.language,
        priority=entry.priority,
        max_wait_s=(entry.deadline_at - tx.now).total_seconds(),
    )
    # Its place is that of its arrival, a hair later: of the two entries of this leg it is the newer one.
    place = entry.entered_at + timedelta(microseconds=1)
    tx.update(queue_entry, queue_entry.c.id == moved, entered_at=place)
    return moved


def _decision(tx: Tx, entry_id: str, said: tuple[str, str]) -> Decision:
    mine = routing_decision.c.entry_id == entry_id
    before = int(tx.scalar(sa.select(sa.func.count()).select_from(routing_decision).where(mine)) or 0)
    return Decision(kind="supervisor", number=before + 1, inputs={"reason": "supervisor"}, said=said)


def _tell(tx: Tx, regions: set[str], *, entered: str) -> None:
    for code in regions | {entered}:
        tx.changed("queue", region=code)
    offer_next(tx, regions, entered=entered)
