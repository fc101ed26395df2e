"""What an agent does, and whether anybody is at their desk: changes that give back or free calls.

The rows are the agents' (``callsvc.agents``); here is what follows for those who wait.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.limits import ask_for, close_wish, has_room, limit_of, place_in_line, withdraw_wish
from callsvc.agents.presence import forget_before, is_noted, is_silent, note_lost, seen, silent_agents
from callsvc.agents.rules import check_activity
from callsvc.agents.service import agent_by_id, declare_activity, touch_agent
from callsvc.agents.tables import activity_wish, agent
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.routing.offering import offer_next, return_to_queue
from callsvc.routing.other_work.giving_back import give_back, may_give_back
from callsvc.routing.queries import hold_of_agent, hold_reservation, reservation_of_agent
from callsvc.routing.tables import reservation
from callsvc.runtime import Runtime
from callsvc.softphone.service import require_line

_MOST_WISHES = 50


def set_activity(rt: Runtime, agent_id: str, activity: str, by: str | None = None) -> None:
    """The agent is ready, on break, away... A call under way goes on; a pending offer is handed back.

    Becoming available looks at once for a waiting call. ``by``: the account that declares it for the agent;
    limits are for those who declare for themselves. Beyond a limit the agent stands in line for a place: with
    ``ask`` as its terms that is all, and a supervisor may grant it sooner; else it raises ``activity-full``
    with the place. Raises also ``activity-unknown``, ``agent-unknown``, ``softphone-missing``.
    """
    check_activity(activity)
    with rt.db.begin() as tx:
        row = agent_by_id(tx, agent_id)
        if by is None and activity == "available":
            require_line(tx, agent_id)
        full = None
        if by is None and activity != row.activity and not has_room(tx, row.region_code, activity):
            full = _stand_in_line(tx, row, activity)
        else:
            withdraw_wish(tx, agent_id)
            forget_before(tx, agent_id)
            _change(tx, row, activity, by=by)
    if full is not None:
        raise full


def _stand_in_line(tx: Tx, row: Row[Any], activity: str) -> Conflict | None:
    wish = ask_for(tx, row, activity)
    touch_agent(tx, row.id)
    limit = limit_of(tx, row.region_code, activity)
    if limit is None or limit.beyond == "ask":
        return None
    place = place_in_line(tx, wish)
    return Conflict(
        "activity-full",
        f"{limit.most} of a region may do this at once; you are number {place} in line for a place.",
        activity=activity,
        most=limit.most,
        place=place,
    )


def _change(
    tx: Tx, row: Row[Any], activity: str, *, by: str | None = None, reason: str = "", how: str = "rejected"
) -> None:
    """Declare it and look who may be served; ``how`` a pending offer ends that is handed back."""
    entered = ""
    found = reservation_of_agent(tx, row.id) if activity != "available" else None
    held = hold_reservation(tx, found.id) if found and found.state == "pending" else None
    changed = False
    if held is not None and held[1].state == "pending":
        return_to_queue(tx, *held, how)
        entered, changed = held[0].region_code, True
    if declare_activity(tx, row.id, activity, by, reason=reason) or changed:
        offer_next(tx, (row.region_code,), entered=entered)


def note_seen(rt: Runtime, agent_id: str) -> None:
    """The agent's desk has asked something: somebody is there. Who was found silent and is back in time does
    again what they did before.
    """
    with rt.db.read() as tx:
        if is_noted(tx, agent_id):
            return
    with rt.db.begin() as tx:
        before = seen(tx, agent_id)
        row = agent_by_id(tx, agent_id)
        if before and row.activity == "offline" and row.left_at is None:
            _change(tx, row, before, reason="presence-back")


_ON_THE_LINE = sa.exists().where(
    reservation.c.id == agent.c.reservation_id,
    reservation.c.state == "accepted",
    reservation.c.agent_leg_id.is_not(None),
    reservation.c.talk_ended_at.is_(None),
)
"""A live leg overrides a silent desk: who speaks with somebody, or is being connected, is there."""


def lapse_presence(rt: Runtime) -> int:
    """Set away whose desk is silent too long; how many. What they were offered, and what they had in hand
    and is no call, goes to somebody else.
    """
    with rt.db.read() as tx:
        silent = silent_agents(tx, _ON_THE_LINE)
    return sum(_lapse(rt, agent_id) for agent_id in silent)


def _lapse(rt: Runtime, agent_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_of_agent(tx, agent_id)
        if not is_silent(tx, agent_id, _ON_THE_LINE):
            return False
        row = agent_by_id(tx, agent_id)
        if not note_lost(tx, agent_id, row.activity):
            return False
        withdraw_wish(tx, agent_id)
        if held is not None and may_give_back(*held):
            give_back(tx, *held)
        _change(tx, row, "offline", reason="presence-lost", how="rescinded")
    return True


def decide_wish(rt: Runtime, wish_id: str, *, granted: bool, by: str) -> None:
    """A supervisor lets an agent go beyond the limit, or does not. Raises ``wish-unknown``, ``wish-over``."""
    with rt.db.begin() as tx:
        wish = close_wish(tx, wish_id, "granted" if granted else "refused", by)
        if granted:
            _change(tx, agent_by_id(tx, wish.agent_id), wish.activity, by=by, reason="granted")
        else:
            touch_agent(tx, wish.agent_id)


def give_places(rt: Runtime) -> int:
    """Places that have fallen free go to the first in line; who waited too long must ask again. How many."""
    with rt.db.read() as tx:
        waiting = activity_wish.c.state == "waiting"
        order = activity_wish.c.asked_at, activity_wish.c.id
        wishes = tx.all(sa.select(activity_wish).where(waiting).order_by(*order).limit(_MOST_WISHES))
    return sum(_give_place(rt, wish.id) for wish in wishes)


def _give_place(rt: Runtime, wish_id: str) -> bool:
    with rt.db.begin() as tx:
        waiting = (activity_wish.c.id == wish_id) & (activity_wish.c.state == "waiting")
        wish = tx.first(sa.select(activity_wish).where(waiting))
        if wish is None:
            return False
        if wish.deadline_at <= tx.now:
            close_wish(tx, wish_id, "lapsed")
            touch_agent(tx, wish.agent_id)
            return True
        if place_in_line(tx, wish) > 1 or not has_room(tx, wish.region_code, wish.activity):
            return False
        close_wish(tx, wish_id, "granted")
        _change(tx, agent_by_id(tx, wish.agent_id), wish.activity, reason="granted")
    return True
