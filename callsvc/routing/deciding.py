"""Keeps the record of each decision, and makes the offer it comes to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import free_agents
from callsvc.agents.service import reserve_agent
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.core.written import Written
from callsvc.routing.decisions import Decision, make_offer, record_decision
from callsvc.routing.queries import WAITING, last_refuser
from callsvc.routing.rules.explaining import Explanation
from callsvc.routing.rules.homing import choose_at_home, tiers
from callsvc.routing.rules.rotating import least_recent_aid
from callsvc.routing.sentences import home_offer, offered_to
from callsvc.routing.tables import aid_activation, queue_entry, routing_decision
from callsvc.routing.views import FreeAgent

BEST_FEW = 6
"""Free agents looked at in a region: the first is chosen, the others serve when somebody was quicker."""


def refusers(tx: Tx, entry: Row[Any]) -> frozenset[str]:
    """Who let its last offer pass: asked again only if nobody else, anywhere, can take it."""
    return last_refuser(tx, entry.id) if entry.offers else frozenset()


def free_in(tx: Tx, helper: str, entry: Row[Any], on_own_phone: Collection[str]) -> list[FreeAgent]:
    """The few agents of an aiding region who could take this call: whoever aided longest ago first.

    Not those of a platform that is ``on_own_phone``.
    """
    never_first = sa.case((agent.c.last_aid_at.is_(None), 0), else_=1)
    first = [never_first, agent.c.last_aid_at, agent.c.state_since]
    return _found(tx, entry, helper, first=first, elsewhere_than=on_own_phone)


def _found(tx: Tx, entry: Row[Any], region: str, **how: Any) -> list[FreeAgent]:
    rows = free_agents(tx, [region], skill=entry.skill, language=entry.language, limit=BEST_FEW, **how)
    return [
        FreeAgent(
            id=row.id,
            region=row.region_code,
            platform=row.platform_code,
            pool=row.pool_code,
            idle_since=row.state_since,
            last_aid_at=row.last_aid_at,
        )
        for row in rows
    ]


def offer_at_home(
    tx: Tx, entry: Row[Any], free: Sequence[FreeAgent], letter: str, why: Explanation | None
) -> bool:
    """Offer this call, held by the caller, to the nearest of these agents who is still free."""
    left = list(free)
    while (choice := choose_at_home(entry.platform_code, entry.pool_code, left)) is not None:
        tier, chosen = choice
        reservation_id = tx.new_id("rsv")
        if reserve_agent(tx, chosen.id, reservation_id):
            waited_s = (tx.now - entry.entered_at).total_seconds()
            near = tiers(entry.platform_code, entry.pool_code, left)
            inputs = {
                "letter": letter,
                "waited_s": round(waited_s, 1),
                "idle": {name: len(agents) for name, agents in near.items()},
                "agent_idle_s": round((tx.now - chosen.idle_since).total_seconds(), 1),
            }
            said = home_offer(tier, entry, chosen.id, waited_s)
            if why is not None and letter != "a":
                said = offered_to(chosen.id, (why.english, why.french))
            inputs = (why.inputs if why else {}) | inputs
            _offer(tx, entry, chosen, reservation_id, kind=tier, inputs=inputs, said=said)
            return True
        left.remove(chosen)
    return False


def offer_in_aid(tx: Tx, entry: Row[Any], free: Iterable[FreeAgent], why: Explanation) -> bool:
    """Offer it to the agent of an aiding region whose last aid is oldest; the pair is held by the caller."""
    left = list(free)
    while left:
        chosen = least_recent_aid(left)
        reservation_id = tx.new_id("rsv")
        if reserve_agent(tx, chosen.id, reservation_id):
            waited_s = (tx.now - entry.entered_at).total_seconds()
            inputs = why.inputs | {"waited_s": round(waited_s, 1)}
            said = offered_to(chosen.id, (why.english, why.french))
            _offer(tx, entry, chosen, reservation_id, kind="aid", inputs=inputs, said=said)
            return True
        left.remove(chosen)
    return False


def _offer(
    tx: Tx,
    entry: Row[Any],
    chosen: FreeAgent,
    reservation_id: str,
    *,
    kind: str,
    inputs: Mapping[str, Any],
    said: tuple[str, str],
) -> None:
    offered = {**inputs, "reason": "offered"}
    decision = Decision(kind=kind, number=entry.decided + 1, inputs=offered, said=said)
    make_offer(
        tx, entry, decision, reservation_id=reservation_id, agent_id=chosen.id, agent_region=chosen.region
    )


def store_wait(tx: Tx, entry: Row[Any], why: Explanation) -> None:
    """Keep a decision to wait only if it says something new about this entry."""
    last = None
    if entry.decided:
        rows = tx.all(sa.select(routing_decision.c.inputs).where(routing_decision.c.entry_id == entry.id))
        last = max((row.inputs for row in rows), key=lambda inputs: int(inputs["number"]))
    if last is None or last["reason"] != why.inputs["reason"]:
        waited_s = (tx.now - entry.entered_at).total_seconds()
        inputs = why.inputs | {"waited_s": round(waited_s, 1)}
        said = (why.english, why.french)
        decision = Decision(kind="wait", number=entry.decided + 1, inputs=inputs, said=said)
        record_decision(tx, entry.id, decision, from_region=entry.region_code)


def remember_activation(tx: Tx, region_code: str, active: bool) -> None:
    """Write down that aid opened or closed, unless another transaction is writing it right now."""
    row = _hold_activation(tx, region_code)
    if row is not None and row.active != active:
        if not active and tx.first(sa.select(queue_entry.c.id).where(WAITING, _at(region_code)).limit(1)):
            return  # a call came in meanwhile
        tx.update(aid_activation, aid_activation.c.region_code == region_code, active=active, since=tx.now)
    elif row is None and _activation(tx, region_code) is None:
        # Only when there is none: inserting beside a row that somebody is changing would wait for them.
        tx.insert_once(aid_activation, region_code=region_code, active=active, since=tx.now, late_taken=0)
    tx.changed("aid", region=region_code)


def count_late(tx: Tx, region_code: str) -> None:
    """A late call of this region was taken: late calls are taken by turns. Not counted while others count."""
    counted = _COUNT_LATE.first(tx, region=region_code)
    if counted is None and _activation(tx, region_code) is None:
        tx.insert_once(aid_activation, region_code=region_code, active=False, since=tx.now, late_taken=1)


_HELD = (
    sa.select(aid_activation.c.region_code)
    .where(aid_activation.c.region_code == sa.bindparam("region"))
    .with_for_update(skip_locked=True, key_share=True)
)
_COUNT_LATE = Written(
    aid_activation.update()
    .where(aid_activation.c.region_code == _HELD.scalar_subquery())
    .values(late_taken=aid_activation.c.late_taken + 1)
    .returning(aid_activation.c.late_taken)
)


def _at(region_code: str) -> sa.ColumnElement[bool]:
    return queue_entry.c.region_code == region_code


def _activation(tx: Tx, region_code: str) -> Row[Any] | None:
    return tx.first(sa.select(aid_activation).where(aid_activation.c.region_code == region_code))


def _hold_activation(tx: Tx, region_code: str) -> Row[Any] | None:
    return tx.first(
        sa.select(aid_activation)
        .where(aid_activation.c.region_code == region_code)
        .with_for_update(skip_locked=True, key_share=True)
    )
