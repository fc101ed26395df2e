"""An agent is in the conference and the person of a callback or a task is called into it.

It is a call of the person's place in a campaign like any other: the same claim, the same rules, the same
tries.
"""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.placing import plan_leg
from callsvc.campaigns.dispositions import CONNECTED, NOT_REACHED, flags_of
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.retrying import turn_of
from callsvc.campaigns.service import finish_contact, reopen
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.facts import candidates
from callsvc.dialing.finishing import retry_at, tries_of, wait_for_retry
from callsvc.dialing.planning import choose_number, skip_person
from callsvc.dialing.turns import PROMISED
from callsvc.routing.events import AgentThere, EntryEvent, WorkSkipped, WrapUpEnded
from callsvc.routing.other_work.calling_out import not_reached, person_rings
from callsvc.routing.queries import hold_reservation
from callsvc.routing.rules.working import DIALLED
from callsvc.routing.tables import queue_entry

_LATER: Final = timedelta(minutes=30)  # lived; an agent found that this is not the moment
NOT_NEEDED: Final = "not-needed"


def dial_for_agent(tx: Tx, event: AgentThere) -> None:
    """Plan the person's leg, to be claimed as any other; where none may be, the agent is free again."""
    place = _hold_place(tx, event.campaign_contact_id)
    number_id = _number_for(tx, place, event) if place is not None else None
    held = hold_reservation(tx, event.reservation_id)
    if held is None:
        return
    if place is None or number_id is None:
        not_reached(tx, *held, how="not-allowed")
        return
    leg_id = plan_leg(tx, call_id=event.call_id, role="contact", number_id=number_id, agent_id=event.agent_id)
    person_rings(tx, event.entry_id, leg_id)
    promised = {"priority": PROMISED} if event.kind == "callback" else {}
    tx.update(
        campaign_contact,
        campaign_contact.c.id == place.id,
        status="trying",
        outcome=None,
        outcome_at=None,
        skip_reasons="",
        **promised,
    )
    reopen(tx, place.campaign_id)
    tx.enqueue("place_calls", leg_id)


def _hold_place(tx: Tx, place_id: str | None) -> Row[Any] | None:
    """The person's place; None while another call with them is under way."""
    mine = sa.select(campaign_contact).where(campaign_contact.c.id == place_id)
    row = tx.first(mine.with_for_update(key_share=True))
    return row if row is not None and row.status in ("waiting", "done") else None


def _number_for(tx: Tx, place: Row[Any], event: AgentThere) -> str | None:
    """The number they asked to be called at, else the one whose turn it is and that may be called now."""
    if event.kind == "callback":
        return event.number_id
    campaign = campaign_row(tx, place.campaign_id)
    config = config_of(campaign)
    found = candidates(tx, config, campaign.state, [place.contact_id], campaign_id=place.campaign_id)
    turn = turn_of(config.retries, tries_of(place))
    choice, verdict = choose_number(found.get(place.contact_id, []), turn, set(), tx.now)
    if choice is None:
        skip_person(tx, place, verdict)
        return None
    return choice.number_id


def follow_skip(tx: Tx, event: WorkSkipped) -> None:
    """The agent said why they call nobody: the person's turn comes again, or the matter is closed."""
    if event.kind not in DIALLED or not event.subject_id:
        return
    place_id = _place_of(tx, event)
    if event.reason == NOT_NEEDED:
        finish_contact(tx, place_id, NOT_NEEDED)
    else:
        again = tx.now + _LATER
        waits = (campaign_contact.c.status == "waiting") & (campaign_contact.c.next_try_at < again)
        tx.update(campaign_contact, (campaign_contact.c.id == place_id) & waits, next_try_at=again)


def _place_of(tx: Tx, event: EntryEvent) -> str:
    found = tx.scalar(sa.select(queue_entry.c.campaign_contact_id).where(queue_entry.c.id == event.entry_id))
    return str(found)


def follow_machine(tx: Tx, event: WrapUpEnded) -> None:
    """An agent who called heard a machine: the person is tried again, as by the policy."""
    if event.kind not in DIALLED or not event.disposition or flags_of(event.disposition).final:
        return
    place = tx.first(
        sa.select(campaign_contact)
        .where(campaign_contact.c.id == _place_of(tx, event))
        .with_for_update(key_share=True)
    )
    if place is None or (place.status, place.outcome) != ("done", CONNECTED):
        return  # their leg has not ended yet: its end finds the agent's word
    config = config_of(campaign_row(tx, place.campaign_id))
    flags, tries = flags_of(event.disposition), tries_of(place)
    again = retry_at(tx, place, config, flags=flags, tries=tries, ended_at=event.at)
    if again is None:
        finish_contact(tx, place.id, NOT_REACHED)
        return
    tx.update(campaign_contact, campaign_contact.c.id == place.id, outcome=None, outcome_at=None)
    wait_for_retry(tx, place, config, again)
