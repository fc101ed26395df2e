"""The demonstration's two campaigns, as the files an administrator would write."""

import json
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from callsvc.appointments.service import book
from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.service import add_contacts, apply_campaign
from callsvc.contacts.importing import ImportReport
from callsvc.contacts.numbers import find_number
from callsvc.contacts.service import import_contacts
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.demo.dataset import DemoFiles
from callsvc.flows.service import publish
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text

BY = "demo"
TRACING, VISITS = "tracing-2020-11", "visits-2020-11"
NATIONAL_NUMBER = "+33199000100"

TRACING_FILE = f"""
id: {TRACING}
title: Suivi des cas contacts
purpose: contact-tracing
flow: contact-tracing
caller_id: "{NATIONAL_NUMBER}"
sms_sender: "{NATIONAL_NUMBER}"
windows:
  - {{days: [mon, tue, wed, thu, fri, sat], from: "08:00", to: "20:00"}}
pacing: {{calls_per_second: 0.5, most_live: 120, most_waiting: 40}}
retries:
  most_tries: 2
  redial_lock_minutes: 8
  delays_minutes: {{no-answer: 12, busy: 5, declined: 15, machine: 20, hung-up: 10, abandoned: 8, failed: 2}}
caps: {{per_number_24h: 4}}
spread: {{per_part_of_day: 4}}
ring_timeout_s: 25
sms_fallback:
  sender: "{NATIONAL_NUMBER}"
  text:
    fr: "Assurance Maladie : nous avons cherché à vous joindre. Rappelez le 01 99 00 01 00. Refus : STOP"
    en: "Assurance Maladie: we tried to reach you. Please call 01 99 00 01 00. Reply STOP to stop SMS."
"""

VISITS_FILE = f"""
id: {VISITS}
title: Appels avant rendez-vous
purpose: appointments
flow: pre-contact
caller_id: "{NATIONAL_NUMBER}"
sms_sender: "{NATIONAL_NUMBER}"
windows:
  - {{days: [mon, tue, wed, thu, fri], from: "08:00", to: "19:00"}}
pacing: {{calls_per_second: 0.1, most_live: 20, most_waiting: 40}}
retries:
  most_tries: 2
  redial_lock_minutes: 8
  delays_minutes: {{no-answer: 10, busy: 5, declined: 15, machine: 20, hung-up: 10, abandoned: 8, failed: 2}}
caps: {{per_number_24h: 4}}
spread: {{per_part_of_day: 4}}
ring_timeout_s: 25
"""


def set_up_campaigns(rt: Runtime) -> None:
    """Publish the three flows and apply both campaign files."""
    with rt.db.begin() as tx:
        for name in ("contact-tracing", "front-desk", "pre-contact"):
            publish(tx, flow_text(name), BY)
    for text in (TRACING_FILE, VISITS_FILE):
        apply_campaign(rt, read_campaign(text), BY)


def import_list(rt: Runtime, files: DemoFiles, rejects: Path) -> ImportReport:
    """Import the messy list into the tracing campaign, rejects beside it."""
    return import_contacts(
        rt,
        files.contact_list,
        source="back office export",
        into_campaign=TRACING,
        synthetic=files.synthetic,
        rejects=rejects,
    )


def book_visits(rt: Runtime, files: DemoFiles) -> int:
    """Book the appointments and put their people into the pre-contact campaign; returns how many."""
    ids = []
    with rt.db.begin() as tx:
        for one in json.loads(files.appointments.read_text("utf-8")):
            contact_id = _contact_of(tx, one["number"])
            if contact_id is None:
                continue
            book(
                tx,
                contact_id=contact_id,
                kind=one["kind"],
                place=one["place"],
                reason=one["reason"],
                starts_at=datetime.fromisoformat(one["starts_at"]),
            )
            ids.append(contact_id)
        return add_contacts(tx, VISITS, ids)


def _contact_of(tx: Tx, e164: str) -> str | None:
    number_id = find_number(tx, e164)
    found = tx.scalar(
        sa.select(contact.c.id)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .where(contact_number.c.number_id == number_id)
        .limit(1)
    )
    return None if found is None else str(found)
