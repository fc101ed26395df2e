"""Callbacks asked for on an inbound call: a campaign of our own, always running, keeps those promises.

The person is known by number only. If that number belongs to people of ours, one of them is the place; else
somebody without a name is made, at the platform that took the call.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.windows import Window
from callsvc.campaigns.halting import gated, stop_in_force
from callsvc.campaigns.service import finish_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.searching.indexing import index_people
from callsvc.contacts.tables import contact, contact_number, phone_number
from callsvc.core.db import Tx
from callsvc.flows.service import publish
from ivr_flows.library import flow_text

CALLBACKS = "callbacks"
NOBODY = Person(first_name="", last_name="", birth_year=None, postcode="")
_EVERY_DAY = Window.model_validate(
    {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "08:00", "to": "20:00"}
)


def enrol_caller(tx: Tx, call: Row[Any], number_id: str, outcome: str) -> str:
    """The place of this number in the standing campaign, with ``outcome`` until its time comes."""
    campaign_id = _standing(tx)
    contact_id = call.contact_id or _somebody(tx, call, number_id)
    place_id = tx.new_id("cct")
    tx.insert_once(
        campaign_contact,
        id=place_id,
        campaign_id=campaign_id,
        contact_id=contact_id,
        region_code=call.region_code,
        platform_code=call.platform_code,
        status="waiting",
        next_try_at=tx.now,
        deadline_at=tx.now,
    )
    found = tx.scalar(
        sa.select(campaign_contact.c.id).where(
            campaign_contact.c.campaign_id == campaign_id, campaign_contact.c.contact_id == contact_id
        )
    )
    finish_contact(tx, found, outcome)
    return str(found)


def standing_file(tx: Tx) -> CampaignFile:
    """The campaign that keeps the promises made to callers."""
    return CampaignFile(
        id=CALLBACKS,
        title="Rappels demandés",
        purpose=CALLBACKS,
        flow="callback",
        caller_id=tx.settings.callsvc_caller_id,
        windows=[_EVERY_DAY],
        standing=True,
    )


def _standing(tx: Tx) -> str:
    file = standing_file(tx)
    if tx.first(sa.select(campaign.c.id).where(campaign.c.id == CALLBACKS)) is None:
        gated(tx)
        tx.insert_once(
            campaign,
            id=CALLBACKS,
            title=file.title,
            purpose=file.purpose,
            state="running" if stop_in_force(tx) is None else "paused",
            flow_version=publish(tx, flow_text("callback"), "library"),
            config=file.model_dump(by_alias=True),
            created_at=tx.now,
            changed_at=tx.now,
        )
    return CALLBACKS


def _somebody(tx: Tx, call: Row[Any], number_id: str) -> str:
    number = tx.first(sa.select(phone_number).where(phone_number.c.id == number_id))
    assert number is not None  # noqa: S101 - the leg's foreign key
    contact_id, fingerprint = tx.new_id("ctc"), tx.keyring.fingerprint(f"caller:{number_id}")
    tx.insert_once(
        contact,
        id=contact_id,
        fingerprint=fingerprint,
        platform_code=call.platform_code,
        region_code=call.region_code,
        person=seal_person(tx.keyring, contact_id, NOBODY),
        language="fr",
        zone=number.zone,
        elicited_at=tx.now,
        consent_basis="consent",
        created_at=tx.now,
    )
    found = str(tx.scalar(sa.select(contact.c.id).where(contact.c.fingerprint == fingerprint)))
    if tx.insert_once(contact_number, contact_id=found, number_id=number_id, rank=1):
        index_people(tx, [found])
    return found
