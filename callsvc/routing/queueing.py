"""Entering the queue, waiting in it, leaving it."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import platforms_on_duty
from callsvc.core.db import Tx
from callsvc.platforms.queries import platform_by_code
from callsvc.platforms.service import is_open_now
from callsvc.routing.aid.aid_queries import agreements_of
from callsvc.routing.delegated import Home, home_of, tell_delegated
from callsvc.routing.events import EntryLeft, EntryQueued, about
from callsvc.routing.loading import hands_for
from callsvc.routing.measuring import handling_of
from callsvc.routing.offering import close_offer, offer_next
from callsvc.routing.other_work.leaving import expire
from callsvc.routing.other_work.owning import offer_to_known
from callsvc.routing.queries import (
    WAITING,
    entry_of_leg,
    hold_entry,
    live_reservation,
    place_in_queue,
)
from callsvc.routing.rules import predicted_wait
from callsvc.routing.tables import aid_region, queue_entry
from callsvc.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a waiting entry stands; ``predicted_wait_s`` in lived seconds, None when nobody is on duty."""

    position: int  # 1 = next of its skill and language in its region
    predicted_wait_s: float | None
    waited_s: float


def enter_queue(
    tx: Tx,
    *,
    call_id: str,
    leg_id: str,
    session_id: str | None,
    region_code: str,
    platform_code: str,
    skill: str,
    language: str,
    priority: int = 0,
    max_wait_s: float,
) -> str:
    """Put a contact's call into its home queue and offer it at once if somebody is free; the entry's id.

    A platform that gave its phone to the national ones has its queue there (``delegated.py``).
    ``max_wait_s``: lived seconds after which it leaves as ``unavailable``. A leg whose entry is not over
    keeps it.
    """
    before = entry_of_leg(tx, leg_id)
    if before is not None and before.state in ("pending", "reserved", "assigned"):
        return str(before.id)
    own = Home(region=region_code, platform=platform_code)
    home = home_of(tx, call_id, own, skill=skill, language=language)
    entry_id = tx.new_id("ent")
    tx.insert(
        queue_entry,
        id=entry_id,
        call_id=call_id,
        leg_id=leg_id,
        session_id=session_id,
        region_code=home.region,
        platform_code=home.platform,
        skill=skill,
        language=language,
        priority=priority,
        state="pending",
        entered_at=tx.now,
        deadline_at=tx.now + timedelta(seconds=max_wait_s),
        offers=0,
    )
    if home.platform != platform_code:
        tell_delegated(tx, entry_id, own, home)
    entry = _entry(tx, entry_id)
    tx.emit(EntryQueued(**about(entry, tx.now)))
    if not offer_to_known(tx, entry):
        offer_next(tx, (), entered=home.region, newcomer=entry_id)
    return entry_id


def _entry(tx: Tx, entry_id: str) -> Row[Any]:
    row = tx.first(sa.select(queue_entry).where(queue_entry.c.id == entry_id))
    assert row is not None  # noqa: S101 - the caller has just written or locked it
    return row


def leave_queue(tx: Tx, leg_id: str, how: str) -> bool:
    """The contact leaves: ``how`` is hung-up, callback, closed or unavailable. True if they were waiting.

    A pending offer is canceled and its agent freed. Once an agent has accepted, only a hang-up ends it: for
    anything else the answer is False, for the agent is on the way.
    """
    found = entry_of_leg(tx, leg_id)
    entry = hold_entry(tx, found.id) if found else None
    if entry is None or entry.state not in ("pending", "reserved"):
        return False
    cancel_entry(tx, entry, how)
    return True


def cancel_entry(tx: Tx, entry: Row[Any], how: str) -> None:
    """End a held entry that was never connected, with whatever offer it has."""
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="canceled", left_at=tx.now, left_how=how)
    offer = live_reservation(tx, entry.id)
    if offer is not None:
        close_offer(tx, entry, offer, "canceled")
    tell_left(tx, entry, how, tx.now)
    if offer is not None:
        offer_next(tx, (entry.region_code, offer.agent_region))


def tell_left(tx: Tx, entry: Row[Any], how: str, at: datetime) -> None:
    """Raise ``EntryLeft``."""
    waited_s = (at - entry.entered_at).total_seconds()
    tx.emit(EntryLeft(**about(entry, at), session_id=entry.session_id, how=how, waited_s=waited_s))


def place_of(tx: Tx, leg_id: str) -> Place | None:
    """Position and predicted wait of a contact's leg; None when it does not wait."""
    entry = entry_of_leg(tx, leg_id)
    if entry is None or entry.state not in ("pending", "reserved"):
        return None
    position = place_in_queue(tx, entry) if entry.state == "pending" else 1
    hands = hands_for(tx, entry.region_code, entry.skill, entry.language)
    wait_s = predicted_wait(position, hands, handling_of(tx, [entry.region_code])[entry.region_code])
    return Place(
        position=position,
        predicted_wait_s=None if math.isinf(wait_s) else wait_s,
        waited_s=(tx.now - entry.entered_at).total_seconds(),
    )


def any_agents_open(tx: Tx, platform_code: str, skill: str, language: str, *, call_id: str = "") -> bool:
    """Could anybody take this call: on duty, with the skill and the language, at a platform that is open?

    With a ``call_id``, at the national platform it is delegated to. At home while the caller's own platform
    is open; else in a region that aids it and has not opted out. An agent who forgot to sign out does not
    keep a closed platform open.
    """
    home = platform_by_code(tx, platform_code).region_code
    own = Home(region=home, platform=platform_code)
    if call_id and home_of(tx, call_id, own, skill=skill, language=language) != own:
        return True
    if is_open_now(tx, platform_code) and platforms_on_duty(tx, [home], skill, language):
        return True
    helpers = [row.aiding_region for row in agreements_of(tx, home)]
    out = {
        row.region_code
        for row in tx.all(
            sa.select(aid_region.c.region_code).where(
                aid_region.c.region_code.in_(helpers), aid_region.c.opted_out
            )
        )
    }
    willing = [code for code in helpers if code not in out]
    return any(is_open_now(tx, code) for code in platforms_on_duty(tx, willing, skill, language))


def expire_entries(rt: Runtime) -> int:
    """Entries that waited as long as their flow allows leave as ``unavailable``; how many."""
    return expire(rt, WAITING, cancel_entry)
