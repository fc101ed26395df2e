"""Rows for tests: defaults that pass, arguments that say what differs. Numbers are reserved for fiction."""

from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.numbers import store_number
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.flows.service import publish
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime

REGIONS = (
    ("44", "Grand Est", "Europe/Paris"),
    ("11", "Île-de-France", "Europe/Paris"),
    ("84", "Auvergne-Rhône-Alpes", "Europe/Paris"),
    ("04", "La Réunion", "Indian/Reunion"),
)
PLATFORMS = (
    ("67", "Bas-Rhin", "44"),
    ("57", "Moselle", "44"),
    ("75", "Paris", "11"),
    ("93", "Seine-Saint-Denis", "11"),
    ("69", "Rhône", "84"),
    ("974", "La Réunion", "04"),
)


def make_country(tx: Tx) -> None:
    for code, name, zone in REGIONS:
        tx.insert(region, code=code, name=name, zone=zone)
    for code, name, region_code in PLATFORMS:
        tx.insert(platform, code=code, name=name, region_code=region_code)


def make_contact(
    tx: Tx,
    number: str = "+33639980001",
    *,
    platform_code: str = "67",
    region_code: str = "44",
    zone: str = "Europe/Paris",
    language: str = "fr",
    birth_year: int = 1980,
    kind: str = "mobile",
    country: str = "FR",
    numbers: tuple[str, ...] = (),
    synthetic: bool = True,
    fragility: int = 0,
) -> str:
    contact_id = tx.new_id("ctc")
    person = {"first_name": "Camille", "last_name": f"Essai {contact_id}", "birth_year": birth_year}
    tx.insert(
        contact,
        id=contact_id,
        fingerprint=tx.keyring.fingerprint(contact_id + number),
        platform_code=platform_code,
        region_code=region_code,
        person=tx.keyring.encrypt_json(person, f"contact:{contact_id}"),
        language=language,
        zone=zone,
        department=platform_code,
        elicited_at=tx.now,
        consent_basis="public-interest",
        created_at=tx.now,
        fragility=fragility,
    )
    for rank, one in enumerate((number, *numbers), start=1):
        number_id = store_number(tx, one, synthetic=synthetic, country=country, kind=kind, zone=zone)
        tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=rank)
    return contact_id


def campaign_file(**changes: Any) -> CampaignFile:
    values: dict[str, Any] = {
        "id": "tracing",
        "title": "Suivi des contacts",
        "purpose": "contact-tracing",
        "flow": "contact-tracing",
        "caller_id": "+33199000199",
        "sms_sender": "+33199000199",
        "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "20:00"}],
        "pacing": {"calls_per_second": 5, "most_live": 50},
        "spread": {"per_part_of_day": 0},
        "retries": {
            "most_tries": 3,
            "redial_lock_minutes": 0,
            "delays_minutes": {"no-answer": 10, "busy": 5, "failed": 1},
        },
    }
    return CampaignFile.model_validate(values | changes)


def publish_library(rt: Runtime, *names: str) -> None:
    with rt.db.begin() as tx:
        for name in names or ("contact-tracing",):
            publish(tx, files("ivr_flows.library").joinpath(f"{name}.yaml").read_text("utf-8"), "test")


@dataclass(frozen=True)
class World:
    """A started campaign with its people, in the order given."""

    campaign_id: str
    contact_ids: list[str]


def start_campaign(
    rt: Runtime, *numbers: str, file: CampaignFile | None = None, **contact_traits: Any
) -> World:
    """A country, one published flow, one running campaign, one contact for each number."""
    wanted = file or campaign_file()
    with rt.db.begin() as tx:
        if tx.first(sa.select(region)) is None:
            make_country(tx)
    publish_library(rt, wanted.flow)
    apply_campaign(rt, wanted, "test")
    with rt.db.begin() as tx:
        ids = [make_contact(tx, number, **contact_traits) for number in numbers or ("+33639980001",)]
        add_contacts(tx, wanted.id, ids)
    change_state(rt, wanted.id, "start", "test")
    return World(wanted.id, ids)


def places(rt: Runtime, campaign_id: str = "tracing") -> list[Any]:
    with rt.db.read() as tx:
        return list(
            tx.all(
                sa.select(campaign_contact)
                .where(campaign_contact.c.campaign_id == campaign_id)
                .order_by(campaign_contact.c.id)
            )
        )


def advance(rt: Runtime, seconds: float) -> datetime:
    """Move both stopped clocks together."""
    rt.machine.advance(seconds)  # type: ignore[attr-defined]
    moved: datetime = rt.clock.advance(seconds)  # type: ignore[attr-defined]
    return moved
