"""A person with a history: called twice, written to, promised a callback, opted out of SMS."""

from datetime import timedelta

from callsvc.accounts.service import add_account
from callsvc.appointments.tables import appointment, reminder
from callsvc.calls.tables import call, leg, leg_transition, webhook_event
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.lifting import ask_lifts
from callsvc.contacts.numbers import find_number
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.preferences import prefer
from callsvc.contacts.searching.indexing import index_people
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.dialing.tables import announcement, callback
from callsvc.messages.tables import message
from callsvc.routing.tables import queue_entry, routing_decision
from callsvc.runtime import Runtime
from tests.factories import campaign_file, make_contact, make_country, publish_library

PASSWORD = "correct horse battery"
CHIEF = "chief@example.org"
LOCAL = "alsace@example.org"  # administrator of Grand Est only
NUMBER, OTHER = "+33639981278", "+33639981279"
TEXT = "Bonjour, rappelez-nous."


def furnish(rt: Runtime) -> dict[str, str]:
    """Ids of the two people who share a number, and of one elsewhere: known, kin, far."""
    add_account(
        rt, CHIEF, password=PASSWORD, role="administrator", regions=("*",), name="Chief", language="en"
    )
    add_account(rt, LOCAL, password=PASSWORD, role="administrator", regions=("44",), language="en")
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt)
    apply_campaign(rt, campaign_file(), "test")
    with rt.db.begin() as tx:
        ids = {
            "known": _named(tx, make_contact(tx, NUMBER, numbers=(OTHER,)), "Zoé", "Le Goff"),
            "kin": _named(tx, make_contact(tx, NUMBER), "Yann", "Le Goff"),
            "far": _named(
                tx, make_contact(tx, "+33639981280", region_code="11", platform_code="75"), "Zoé", "Goff"
            ),
        }
        add_contacts(tx, "tracing", ids.values())
        _history(tx, ids["known"])
    change_state(rt, "tracing", "start", "test")
    return ids


def _named(tx: Tx, contact_id: str, first_name: str, last_name: str) -> str:
    person = Person(first_name=first_name, last_name=last_name, birth_year=1957, postcode="67000")
    tx.update(contact, contact.c.id == contact_id, person=seal_person(tx.keyring, contact_id, person))
    index_people(tx, [contact_id])
    return contact_id


def _history(tx: Tx, contact_id: str) -> None:
    number_id = find_number(tx, NUMBER) or ""
    place_id = tx.scalar(
        campaign_contact.select()
        .with_only_columns(campaign_contact.c.id)
        .where(campaign_contact.c.contact_id == contact_id)
    )
    where = {"region_code": "44", "platform_code": "67"}
    yesterday = tx.now - timedelta(days=1)
    tx.insert(
        call,
        id="call-1",
        direction="outbound",
        campaign_contact_id=place_id,
        contact_id=contact_id,
        started_at=yesterday,
        **where,
    )
    tx.insert(
        leg,
        id="leg-1",
        call_id="call-1",
        role="contact",
        number_id=number_id,
        placement="placed",
        status="no-answer",
        disposition="no-answer",
        planned_at=yesterday,
        claimed_at=yesterday,
        ended_at=yesterday,
        news_at=yesterday,
    )
    tx.insert(
        leg_transition,
        leg_id="leg-1",
        status="ringing",
        at=yesterday,
        source="callback",
        recorded_machine_at=tx.machine_now,
    )
    tx.insert(
        webhook_event,
        key="status:leg-1:1",
        leg_id="leg-1",
        received_at=yesterday,
        received_machine_at=tx.machine_now,
        facts={"status": "ringing", "sequence": 1},
    )
    tx.insert(
        queue_entry,
        id="entry-1",
        call_id="call-1",
        leg_id="leg-1",
        skill="tracing",
        language="fr",
        state="canceled",
        entered_at=yesterday,
        deadline_at=yesterday,
        left_how="hung-up",
        offers=2,
        **where,
    )
    tx.insert(
        routing_decision,
        id="decision-1",
        entry_id="entry-1",
        at=yesterday,
        kind="wait",
        sentence="Nobody is free in Grand Est.",
        from_region="44",
        inputs={"number": 1, "sentence_fr": "Personne n’est libre dans le Grand Est."},
    )
    tx.insert(
        message,
        id="message-1",
        direction="outbound",
        number_id=number_id,
        campaign_contact_id=place_id,
        body=tx.keyring.encrypt(TEXT, "message:message-1"),
        sid="SM1",
        placement="placed",
        status="delivered",
        planned_at=yesterday,
        sent_at=yesterday,
        delivered_at=yesterday,
        news_at=yesterday,
    )
    tx.insert(
        webhook_event,
        key="message:SM1:delivered",
        received_at=yesterday,
        received_machine_at=tx.machine_now,
        facts={"status": "delivered"},
    )
    tx.insert(
        announcement,
        id="slot-1",
        campaign_contact_id=place_id,
        number_id=number_id,
        slot_from=yesterday,
        slot_to=yesterday + timedelta(minutes=20),
        status="missed",
        turn=1,
        offers=[],
        created_at=yesterday,
        told_at=yesterday,
        ended_at=yesterday,
    )
    tx.insert(
        callback,
        id="callback-1",
        number_id=number_id,
        campaign_contact_id=place_id,
        call_id="call-1",
        region_code="44",
        due_at=tx.now + timedelta(hours=3),
        status="booked",
        created_at=yesterday,
    )
    tx.insert(
        appointment,
        id="visit-1",
        contact_id=contact_id,
        kind="physical",
        place="Strasbourg",
        reason="vaccine",
        starts_at=tx.now + timedelta(days=2),
        status="booked",
        changed_at=yesterday,
    )
    tx.insert(
        reminder, id="reminder-1", appointment_id="visit-1", due_at=tx.now + timedelta(days=1), status="due"
    )
    suppress(tx, find_number(tx, OTHER) or "", "sms", source="sms", evidence="message-0")
    ask_lifts(tx, find_number(tx, OTHER) or "", "message-2")
    prefer(tx, number_id, "hours", "morning", source="key")
