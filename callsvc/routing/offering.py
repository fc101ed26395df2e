"""Offers waiting calls to agents, and takes them back: rejected, timed out, withdrawn.

Whoever adds an entry or frees an agent calls ``offer_next`` in the same transaction. On PostgreSQL two such
transactions may miss each other (neither sees what the other has not committed yet), so what is left over is
looked at once more after the commit; the ticker's ``repair`` is the last resort.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.agents.service import release_agent
from callsvc.calls import service as calls
from callsvc.calls.tables import participant
from callsvc.core.db import Database, Tx
from callsvc.core.errors import Conflict, NotFound
from callsvc.routing.events import OfferEnded, about
from callsvc.routing.freeing import serve_freed
from callsvc.routing.heads import heads_here
from callsvc.routing.helping import ask_for_help
from callsvc.routing.looking import look_at
from callsvc.routing.queries import IS_LIVE, hold_reservation
from callsvc.routing.tables import queue_entry, reservation
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

MOST_OFFERS = 100
"""Offers one transaction makes in one region; the ticker's repair sees to the rest."""


def offer_next(tx: Tx, regions: Iterable[str], *, entered: str = "", newcomer: str = "") -> int:
    """Agents may have become free in these regions: what they do next; how many offers were made.

    ``entered``: a region in which a call has just begun to wait, or waits again: if nobody at home can take
    it, another region is asked. ``newcomer``: the entry, which gets a sentence if it goes on waiting. Call it
    last in a use case, after everything that may have to wait for a lock.
    """
    touched = sorted({*regions, entered} - {""})
    offered, unmatched = _serve(tx, touched, entered, newcomer)
    if unmatched:
        _look_again(tx, touched, entered)
    return offered


def offer_waiting(tx: Tx, region: str) -> int:
    """Offer all that waits in a region and can be taken by anybody now; how many offers were made."""
    made = offered = offer_next(tx, (region,), entered=region)
    while made and offered < MOST_OFFERS:
        made = _serve(tx, [region], region, "")[0]
        offered += made
    return offered


def _serve(tx: Tx, regions: Sequence[str], entered: str, newcomer: str) -> tuple[int, bool]:
    """(offers made, whether an entry still waits or an agent is still free)."""
    looks = {}
    offered, unmatched, taken = 0, False, set[str]()
    for region in regions:
        look = looks[region] = look_at(tx, region)
        served = serve_freed(tx, region, look)
        offered += served.offers
        taken |= set(served.calls)
        unmatched = unmatched or served.free
    if entered and newcomer not in taken:
        terms = looks[entered].terms
        here = heads_here(tx, terms, entered) if offered else looks[entered].heads
        offered += ask_for_help(tx, entered, terms, here, newcomer=newcomer)
        unmatched = True
    return offered, unmatched


def _look_again(tx: Tx, regions: Sequence[str], entered: str) -> None:
    """Once more after the commit, in a transaction that sees what others committed meanwhile.

    SQLite runs one writing transaction at a time, so nobody can be missed there.
    """
    database = tx._database  # a second transaction needs the database itself
    if database.dialect == "postgresql":
        tx.after_commit(lambda: _second_look(database, regions, entered))


def _second_look(database: Database, regions: Sequence[str], entered: str) -> None:
    try:
        with database.begin() as tx:
            _serve(tx, regions, entered, "")
    except sa.exc.DBAPIError as error:  # the use case is committed: this must not undo its answer
        log.warning("second-look-failed", regions=regions, error=type(error).__name__)


def hold_offer(tx: Tx, agent_id: str, reservation_id: str) -> tuple[Row[Any], Row[Any]]:
    """(entry, reservation) of this agent, held; ``offer-unknown`` if it is not theirs."""
    held = hold_reservation(tx, reservation_id)
    if held is None or held[1].agent_id != agent_id:
        raise NotFound("offer-unknown", "No offer made to this agent has this id.")
    return held


def close_offer(tx: Tx, entry: Row[Any], row: Row[Any], how: str) -> None:
    """End a reservation before the two have met and free its agent; ``entry`` is the caller's business.

    ``how``: rejected, timeout, canceled (the contact left) or rescinded (the agent's leg failed).
    """
    tx.update(reservation, reservation.c.id == row.id, state=how, ended_at=tx.now)
    if row.agent_leg_id is not None:
        calls.end_leg(tx, row.agent_leg_id)
    release_agent(tx, row.agent_id, row.id, missed=how in ("timeout", "rescinded"))
    tx.emit(OfferEnded(**about(entry, tx.now), reservation_id=row.id, agent_id=row.agent_id, how=how))


def return_to_queue(tx: Tx, entry: Row[Any], row: Row[Any], how: str) -> None:
    """The offer came to nothing and the contact is still there: back to the old place.

    Of a callback or a task the call that was begun is over: the next agent begins another.
    """
    anew = {"call_id": None, "leg_id": None} if entry.kind != "call" else {}
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="pending", assigned_at=None, **anew)
    if anew and entry.leg_id is not None:
        calls.end_leg(tx, entry.leg_id)
    close_offer(tx, entry, row, how)
    if anew:
        return
    if row.conference_id is not None and was_moved(tx, entry.leg_id, row.conference_id):
        calls.move_to_wait(tx, entry.leg_id, why="wait", language=entry.language)


def was_moved(tx: Tx, leg_id: str, conference_id: str) -> bool:
    """Has this leg been sent into the conference, whether it has arrived or not?"""
    meant = (participant.c.conference_id == conference_id) & (participant.c.leg_id == leg_id)
    return tx.first(sa.select(participant.c.leg_id).where(meant)) is not None


def reject(rt: Runtime, agent_id: str, reservation_id: str) -> None:
    """The agent declines. Raises ``offer-unknown``, ``offer-over``."""
    with rt.db.begin() as tx:
        entry, row = hold_offer(tx, agent_id, reservation_id)
        if row.state == "rejected":
            return
        if row.state != "pending":
            raise Conflict("offer-over", "This offer is over; look at the state for what is next.")
        return_to_queue(tx, entry, row, "rejected")
        offer_next(tx, (row.agent_region,), entered=entry.region_code)


def time_out_offers(rt: Runtime) -> int:
    """Take back the offers nobody answered in time; how many."""
    with rt.db.read() as tx:
        due = tx.all(
            sa.select(reservation.c.id)
            .where(IS_LIVE, reservation.c.state == "pending", reservation.c.deadline_at <= tx.now)
            .limit(MOST_OFFERS)
        )
    return sum(_time_out(rt, row.id) for row in due)


def _time_out(rt: Runtime, reservation_id: str) -> bool:
    with rt.db.begin() as tx:
        held = hold_reservation(tx, reservation_id)
        if held is None or held[1].state != "pending":
            return False
        return_to_queue(tx, *held, "timeout")
        offer_next(tx, (held[1].agent_region,), entered=held[0].region_code)
    return True
