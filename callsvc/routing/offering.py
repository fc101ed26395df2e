"""Offers waiting calls to agents, and takes them back: rejected, timed out, withdrawn.

Whoever adds an entry or frees an agent calls ``offer_next`` in the same transaction. On PostgreSQL two such
transactions may miss each other (neither sees what the other has not committed yet), so what is left over is
looked at once more after the commit; the ticker's ``repair`` is the last resort.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.agents.queries import anybody_free, headcounts
from callsvc.agents.service import release_agent
from callsvc.calls import service as calls
from callsvc.calls.tables import participant
from callsvc.core.db import Database, Tx
from callsvc.core.errors import Conflict, NotFound
from callsvc.routing.deciding import close_aid, decide
from callsvc.routing.events import OfferEnded, OfferMade, about
from callsvc.routing.queries import IS_LIVE, aided_by, hold_reservation, next_waiting
from callsvc.routing.rules import predicted_wait
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.views import Group
from callsvc.routing.working import offer_other_work
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

MOST_OFFERS = 100
"""Offers one transaction makes in one region; the ticker's repair sees to the rest."""


def offer_next(tx: Tx, regions: Iterable[str]) -> int:
    """Offer what waits in these regions, then what waits in regions they aid; how many offers were made.

    Call it last in a use case, after everything that may have to wait for a lock.
    """
    touched = sorted(set(regions))
    offered, unmatched = _serve_all(tx, touched)
    if unmatched:
        _look_again(tx, touched)
    return offered


def _serve_all(tx: Tx, regions: Iterable[str]) -> tuple[int, bool]:
    """(offers made, whether an entry still waits or an agent is still free)."""
    offered, unmatched = 0, False
    for region in regions:
        offered += offer_other_work(tx, region, pressing=True)
        made, waiting = _serve(tx, region)
        free = anybody_free(tx, region)
        offered += made + (_serve_aided(tx, region) + offer_other_work(tx, region) if free else 0)
        unmatched = unmatched or waiting or free
    return offered, unmatched


def _serve(tx: Tx, region_code: str) -> tuple[int, bool]:
    """The region's own queue, in order: (offers made, whether somebody waits on).

    A group nobody can take is skipped from then on, so the work is one decision an offer and one a group.
    """
    closed: set[Group] = set()
    offered = 0
    while offered < MOST_OFFERS:
        entry = next_waiting(tx, region_code, closed)
        if entry is None:
            break
        if offer_entry(tx, entry):
            offered += 1
        else:
            closed.add((entry.skill, entry.language))
    if not closed and offered < MOST_OFFERS:
        close_aid(tx, region_code)
    return offered, bool(closed) or offered == MOST_OFFERS


def _serve_aided(tx: Tx, region_code: str) -> int:
    """Regions this one aids, the longest predicted wait first."""
    waiting = {row.region_code: row.entries for row in aided_by(tx, region_code)}
    if not waiting:
        return 0
    on_duty = {row.region_code: row.on_duty for row in headcounts(tx, waiting)}
    worst_first = sorted(
        waiting, key=lambda code: (-predicted_wait(waiting[code], on_duty.get(code, 0)), code)
    )
    return sum(_serve(tx, code)[0] for code in worst_first)


def _look_again(tx: Tx, regions: list[str]) -> None:
    """Once more after the commit, in a transaction that sees what others committed meanwhile.

    SQLite runs one writing transaction at a time, so nobody can be missed there.
    """
    database = tx._database  # a second transaction needs the database itself
    if database.dialect == "postgresql":
        tx.after_commit(lambda: _second_look(database, regions))


def _second_look(database: Database, regions: list[str]) -> None:
    try:
        with database.begin() as tx:
            _serve_all(tx, regions)
    except sa.exc.DBAPIError as error:  # the use case is committed: this must not undo its answer
        log.warning("second-look-failed", regions=regions, error=type(error).__name__)


def offer_entry(tx: Tx, entry: Row[Any]) -> bool:
    """Offer one waiting entry, held by the caller, to the agent the rules choose; False if it waits on."""
    taken = decide(tx, entry)
    if taken is None:
        return False
    decision = taken.decision
    tx.insert(
        reservation,
        id=taken.reservation_id,
        entry_id=entry.id,
        agent_id=decision.agent_id,
        agent_region=decision.to_region,
        decision_id=taken.decision_id,
        state="pending",
        offered_at=tx.now,
        deadline_at=tx.now + timedelta(seconds=tx.settings.callsvc_offer_s),
    )
    tx.update(queue_entry, queue_entry.c.id == entry.id, state="reserved", offers=queue_entry.c.offers + 1)
    tx.emit(
        OfferMade(
            **about(entry, tx.now),
            reservation_id=taken.reservation_id,
            agent_id=decision.agent_id or "",
            agent_region=decision.to_region or "",
            decision_id=taken.decision_id,
        )
    )
    return True


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
        offer_next(tx, (entry.region_code, row.agent_region))


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
        offer_next(tx, (held[0].region_code, held[1].agent_region))
    return True
