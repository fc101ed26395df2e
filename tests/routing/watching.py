"""What must hold at every instant, counted in one statement, and of every offer as it is made."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from callsvc.agents.queries import FREE
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.routing.events import OfferMade
from callsvc.routing.tables import aid_activation, aid_region, queue_entry, reservation, routing_decision
from tests.routing.world import World

_LIVE = reservation.c.state.in_(("pending", "accepted"))


def _counted(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    return sa.select(sa.func.count()).where(*conditions).scalar_subquery()


def _twice(column: sa.Column[Any]) -> sa.ScalarSelect[Any]:
    several = sa.select(column).where(_LIVE).group_by(column).having(sa.func.count() > 1)
    return sa.select(sa.func.count()).select_from(several.subquery()).scalar_subquery()


def broken(world: World) -> dict[str, int]:
    """Every invariant counted in one statement, which is one instant; empty when all hold.

    ``entry_lost``: entered = waiting + connected (or about to be) + abandoned + called back.
    """
    unsettled = reservation.c.undo_until.is_not(None)  # the agent may still take their word back
    held = sa.exists().where(reservation.c.entry_id == queue_entry.c.id, _LIVE | unsettled)
    holds = sa.exists().where(reservation.c.agent_id == agent.c.id, _LIVE)
    state, left = queue_entry.c.state, queue_entry.c.left_how
    with world.rt.db.read() as tx:
        row = tx.first(
            sa.select(
                _twice(reservation.c.agent_id).label("agent_twice"),
                _twice(reservation.c.entry_id).label("entry_twice"),
                _counted(agent.c.state != "idle", ~holds).label("agent_stuck"),
                _counted(agent.c.state == "idle", holds).label("agent_idle_but_held"),
                _counted(state.in_(("reserved", "assigned", "wrapping")), ~held).label("entry_unheld"),
                _counted(state.in_(("pending", "completed", "canceled")), held).label("entry_held"),
                (
                    _counted(queue_entry.c.id.is_not(None))
                    - _counted(state == "pending", left.is_(None))
                    - _counted(state.in_(("reserved", "assigned")), left.is_(None), held)
                    - _counted(left == "connected")
                    - _counted(left.is_not(None), left != "connected")
                ).label("entry_lost"),
            )
        )
    assert row is not None
    return {name: value for name, value in row._mapping.items() if value}


@dataclass
class Seen:
    """What was looked at while offers were made."""

    broken: list[str] = field(default_factory=list)
    letters: set[str] = field(default_factory=set)


def watch_aid(world: World, *, keeps: dict[str, int]) -> Seen:
    """Look at each offer in its own transaction, where what it decided by is still held.

    ``keeps``: reserves of regions without calls of their own, whose idle agents nobody but aid takes.
    """
    seen = Seen()

    def look(tx: Tx, event: OfferMade) -> None:
        inputs = tx.scalar(
            sa.select(routing_decision.c.inputs).where(routing_decision.c.id == event.decision_id)
        )
        letter = inputs.get("letter", "")
        seen.letters.add(letter)
        if event.agent_region != event.region_code:
            seen.broken += _wrong(tx, event, letter, keeps)

    world.rt.db.reactions[OfferMade] = [look, *world.rt.db.reactions[OfferMade]]  # type: ignore[index]
    return seen


def _wrong(tx: Tx, event: OfferMade, letter: str, keeps: dict[str, int]) -> list[str]:
    home, helper = event.region_code, event.agent_region
    found = []
    if tx.scalar(sa.select(aid_region.c.opted_out).where(aid_region.c.region_code == helper)):
        found.append(f"{helper} opted out and takes a call of {home}")
    back = (reservation.c.home_region == helper) & (reservation.c.agent_region == home)
    if letter not in ("b", "c") and tx.scalar(sa.select(sa.func.count()).where(_LIVE, back)):
        found.append(f"{helper} takes a call of {home}, which holds one of its own ({letter})")
    free = tx.scalar(sa.select(sa.func.count()).select_from(agent).where(agent.c.region_code == helper, FREE))
    if helper in keeps and free < keeps[helper]:
        found.append(f"{helper} keeps {free}, not {keeps[helper]}")
    if letter != "lent" and not tx.scalar(
        sa.select(aid_activation.c.active).where(aid_activation.c.region_code == home)
    ):
        found.append(f"{home} is not being aided and {helper} takes a call of it")
    return found
