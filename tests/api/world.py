"""A little of everything the API tells of, in two regions: Grand Est and Île-de-France."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.agents.service import add_agent
from callsvc.appointments.service import book
from callsvc.calls.tables import call, leg, leg_transition
from callsvc.campaigns.service import add_contacts
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import contact_number
from callsvc.core.db import Tx
from callsvc.dialing.tables import callback
from callsvc.messages.tables import message
from callsvc.routing.aid.agreeing import put_agreement
from callsvc.routing.tables import queue_entry, routing_decision
from callsvc.runtime import Runtime
from tests.factories import make_contact, places, start_campaign

HERE, THERE = ("44", "67"), ("11", "75")


def furnish(rt: Runtime) -> None:
    start_campaign(rt, "+33639980001", "+33639980002")
    with rt.db.begin() as tx:
        paris = make_contact(tx, "+33639980003", region_code="11", platform_code="75")
        add_contacts(tx, "tracing", [paris])
        for name, (_, platform_code) in (("anne", HERE), ("bruno", THERE)):
            add_agent(
                tx,
                client_name=name,
                platform_code=platform_code,
                name=name,
                languages=("fr",),
                skills=("tracing",),
            )
        put_agreement(tx, aided="44", aiding="11", rank=1, activate_wait_s=60, release_wait_s=30, cap=5)
    for number, place in enumerate(places(rt)):
        with rt.db.begin() as tx:
            _call(tx, number, place)


def _call(tx: Tx, number: int, place: Any) -> None:
    """A call with its attempt, an SMS, a callback, an appointment, a suppression and a queue entry."""
    where = {"region_code": place.region_code, "platform_code": place.platform_code}
    place_id, contact_id = place.id, place.contact_id
    theirs = contact_number.c.contact_id == contact_id
    number_id = tx.scalar(sa.select(contact_number.c.number_id).where(theirs))
    call_id, leg_id = tx.new_id("call"), tx.new_id("leg")
    tx.insert(
        call, id=call_id, direction="outbound", campaign_contact_id=place_id, contact_id=contact_id,
        started_at=tx.now, **where,
    )  # fmt: skip
    tx.insert(
        leg, id=leg_id, call_id=call_id, role="contact", number_id=number_id, placement="placed",
        status="completed", planned_at=tx.now - timedelta(minutes=number), news_at=tx.now,
    )  # fmt: skip
    for later, status in enumerate(("ringing", "completed")):
        at = tx.now + timedelta(seconds=later)
        tx.insert(
            leg_transition, leg_id=leg_id, status=status, at=at, source="callback",
            recorded_machine_at=tx.machine_now,
        )  # fmt: skip
    tx.insert(
        message, id=tx.new_id("msg"), direction="outbound", number_id=number_id, placement="placed",
        campaign_contact_id=place_id, body=b"", planned_at=tx.now, news_at=tx.now,
    )  # fmt: skip
    tx.insert(
        callback, id=tx.new_id("cbk"), number_id=number_id, campaign_contact_id=place_id, call_id=call_id,
        region_code=where["region_code"], due_at=tx.now, status="booked", created_at=tx.now,
    )  # fmt: skip
    book(tx, contact_id=contact_id, kind="physical", place="Strasbourg", reason="vaccine", starts_at=tx.now)
    suppress(tx, number_id, "sms", source="sms")
    entry_id = tx.new_id("ent")
    tx.insert(
        queue_entry, id=entry_id, call_id=call_id, leg_id=leg_id, skill="tracing", language="fr",
        state="completed", entered_at=tx.now, deadline_at=tx.now, **where,
    )  # fmt: skip
    tx.insert(
        routing_decision, id=tx.new_id("dec"), entry_id=entry_id, at=tx.now, kind="wait",
        sentence="They wait.", from_region=where["region_code"],
        inputs={"number": 1, "sentence_fr": "Ils attendent."},
    )  # fmt: skip
