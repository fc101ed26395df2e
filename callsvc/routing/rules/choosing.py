"""Who takes a waiting call: home platform, its pool, its region, then aiding regions by agreement.

Pure: the choice is made from a snapshot that was loaded once, and carries its inputs and a sentence.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callsvc.routing import sentences
from callsvc.routing.rules.queues import is_active, region_wait
from callsvc.routing.rules.rotating import least_recent_aid, longest_idle
from callsvc.routing.views import Agreement, Aid, Decision, Entry, FreeAgent, RegionView, Snapshot


def why_not(agreement: Agreement, aid: Aid, wait_s: float, barred: frozenset[str]) -> str | None:
    """Why this helper may not take a call of ``aid.home`` now, or None if it may. Home is being aided."""
    helper = aid.helpers[agreement.aiding]
    lowest = min(other.activate_wait_s for other in aid.agreements)
    if agreement.activate_wait_s > lowest and wait_s < agreement.activate_wait_s:
        return "not-open"
    if helper.opted_out:
        return "opted-out"
    if helper.active:
        return "itself-aided"  # one way at a time: two regions that aid each other aid nobody
    if any(count and helper.idle_for.get(group, 0) for group, count in helper.waiting.items()):
        return "own-calls-waiting"
    if helper.idle <= helper.reserve:
        return "reserve"
    if agreement.in_progress >= agreement.cap:
        return "cap"
    if agreement.aiding in aid.deciding:
        return "deciding"
    if not [agent for agent in aid.free.get(agreement.aiding, ()) if agent.id not in barred]:
        return "nobody-matches"
    return None


def choose(entry: Entry, snapshot: Snapshot, now: datetime) -> Decision:
    """Who is offered this call now, or why it waits.

    Whoever let its last offer pass is asked again only if nobody else, anywhere, can take it.
    """
    decision = _choose(entry, snapshot, now, entry.refused_by)
    if decision.kind == "wait" and entry.refused_by:
        return _choose(entry, snapshot, now, frozenset())
    return decision


def _choose(entry: Entry, snapshot: Snapshot, now: datetime, barred: frozenset[str]) -> Decision:
    free = [agent for agent in snapshot.free if agent.id not in barred]
    for kind, near in _tiers(entry, free):
        if near:
            return _home(kind, entry, snapshot, longest_idle(near), now)
    if snapshot.aid is None:
        # Only when everybody free at home is barred and aid was not loaded: the caller tries without a bar.
        return Decision(
            kind="wait",
            agent_id=None,
            to_region=None,
            reason="nobody-free",
            inputs={},
            sentence_fr="Personne n'est libre.",
            sentence_en="Nobody is free.",
        )
    return _abroad(entry, snapshot.aid, now, barred)


def _tiers(entry: Entry, free: list[FreeAgent]) -> list[tuple[str, list[FreeAgent]]]:
    return [
        ("platform", [agent for agent in free if agent.platform == entry.platform]),
        ("pool", [agent for agent in free if entry.pool and agent.pool == entry.pool]),
        ("region", free),
    ]


def _home(kind: str, entry: Entry, snapshot: Snapshot, agent: FreeAgent, now: datetime) -> Decision:
    waited_s = (now - entry.entered_at).total_seconds()
    english, french = sentences.home_offer(kind, snapshot, agent, waited_s)
    return Decision(
        kind=kind,
        agent_id=agent.id,
        to_region=entry.region,
        reason="offered",
        inputs={
            "waited_s": round(waited_s, 1),
            "idle": {tier: len(near) for tier, near in _tiers(entry, list(snapshot.free))},
            "agent_idle_s": round((now - agent.idle_since).total_seconds(), 1),
        },
        sentence_fr=french,
        sentence_en=english,
    )


def _abroad(entry: Entry, aid: Aid, now: datetime, barred: frozenset[str]) -> Decision:
    wait_s = region_wait(aid.home)
    active = is_active(aid.home.active, wait_s, aid.agreements)
    inputs = _inputs(entry, aid, wait_s, now) | {"active": active}
    if not aid.agreements or not active:
        reason = "below-threshold" if aid.agreements else "no-agreement"
        return _wait(aid, reason, wait_s, {}, inputs)
    refusals = {agreement.aiding: why_not(agreement, aid, wait_s, barred) for agreement in aid.agreements}
    willing = [agreement for agreement in aid.agreements if refusals[agreement.aiding] is None]
    inputs["helpers"] = {
        agreement.aiding: _helper_inputs(aid.helpers[agreement.aiding], agreement)
        | {"answer": refusals[agreement.aiding] or "may-help"}
        for agreement in aid.agreements
    }
    if not willing:
        refused = {code: why for code, why in refusals.items() if why}
        return _wait(aid, "helpers-cannot", wait_s, refused, inputs)
    return _aid(aid, min(willing, key=lambda agreement: _best_helper(aid, agreement)), wait_s, inputs, barred)


def _best_helper(aid: Aid, agreement: Agreement) -> tuple[int, float, str]:
    """Rank of the agreement, then the largest share of its agents it can spare."""
    helper = aid.helpers[agreement.aiding]
    return (agreement.rank, -(helper.idle - helper.reserve) / max(1, helper.on_duty), helper.code)


def _aid(
    aid: Aid, agreement: Agreement, wait_s: float, inputs: Mapping[str, Any], barred: frozenset[str]
) -> Decision:
    helper = aid.helpers[agreement.aiding]
    agent = least_recent_aid(agent for agent in aid.free[helper.code] if agent.id not in barred)
    english, french = sentences.aid_offer(aid.home, helper, agreement, agent, wait_s)
    return Decision(
        kind="aid",
        agent_id=agent.id,
        to_region=helper.code,
        reason="offered",
        inputs=inputs,
        sentence_fr=french,
        sentence_en=english,
        active=True,
    )


def _wait(aid: Aid, why: str, wait_s: float, refusals: dict[str, str], inputs: Mapping[str, Any]) -> Decision:
    lowest = min((agreement.activate_wait_s for agreement in aid.agreements), default=None)
    english, french = sentences.wait(aid, why, wait_s, refusals, lowest)
    details = ",".join(f"{code}={refusals[code]}" for code in sorted(refusals))
    return Decision(
        kind="wait",
        agent_id=None,
        to_region=None,
        reason=f"{why}:{details}" if details else why,
        inputs=inputs,
        sentence_fr=french,
        sentence_en=english,
        active=inputs["active"],
    )


def _inputs(entry: Entry, aid: Aid, wait_s: float, now: datetime) -> dict[str, Any]:
    home = aid.home
    return {
        "waited_s": round((now - entry.entered_at).total_seconds(), 1),
        "waiting": home.waiting_total,
        "waiting_alike": home.waiting.get(entry.group, 0),
        "on_duty": home.on_duty,
        "on_duty_alike": home.on_duty_for.get(entry.group, 0),
        "aid_in": sum(home.aid_in.values()),
        "aid_out": home.aid_out,
        "predicted_wait_s": None if math.isinf(wait_s) else round(wait_s, 1),
        "activate_wait_s": min((one.activate_wait_s for one in aid.agreements), default=None),
        "release_wait_s": min((one.release_wait_s for one in aid.agreements), default=None),
    }


def _helper_inputs(helper: RegionView, agreement: Agreement) -> dict[str, Any]:
    return {
        "rank": agreement.rank,
        "idle": helper.idle,
        "reserve": helper.reserve,
        "reserve_declared": helper.declared,
        "ledger": round(helper.ledger, 2),
        "floor": helper.floor,
        "on_duty": helper.on_duty,
        "waiting": helper.waiting_total,
        "in_progress": agreement.in_progress,
        "cap": agreement.cap,
    }
