"""What stands on the stage: the map, the published flows, the campaign, and invented people."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from callsvc.appointments.tables import appointment
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.windows import Window
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import add_contacts
from callsvc.campaigns.tables import campaign
from callsvc.contacts.numbers import store_number
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.dialing.rehearsing import Stratum, strata_of
from callsvc.flows.tables import flow_publication, flow_version
from callsvc.platforms.tables import platform, region
from callsvc.rehearsal.cast import Role

ALL_DAY: Final = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]
CALLER: Final = "+33199000100"  # reserved for fiction, as is everybody's number on stage
_SOMEBODY: Final = Person(first_name="Camille", last_name="Essai", birth_year=1980, postcode="")
_COPIED: Final = (region, platform, flow_version, flow_publication)  # none of them knows anybody


_LEFT_OUT: Final = (
    "schedule", "spread", "budget", "announce", "voice_fallback", "sms", "caller_pool", "sms_pool",
    "most_calls_a_day", "worth_days", "number_kinds", "countries",
)  # fmt: skip


@dataclass(frozen=True)
class Script:
    """All that is taken from the real world: rows that know nobody, settings, and counts."""

    campaign: dict[str, Any]
    config: CampaignFile
    rows: dict[str, list[dict[str, Any]]]
    strata: list[Stratum]


def script_of(tx: Tx, campaign_id: str, people: int) -> Script:
    """Read in the real world."""
    row = campaign_row(tx, campaign_id)
    strata = strata_of(tx, campaign_id, people)
    rows = {table.name: [dict(one._mapping) for one in tx.all(sa.select(table))] for table in _COPIED}
    if not strata and rows["platform"]:
        first = rows["platform"][0]
        where = (first["region_code"], first["code"], first["code"], "Europe/Paris")
        strata = [Stratum("fr", *where, "mobile", people)]
    return Script(dict(row._mapping), config_of(row), rows, strata)


def set_scene(tx: Tx, script: Script, roles: list[Role]) -> None:
    """Write it on stage, with the campaign running and everybody due."""
    for table in _COPIED:
        if script.rows[table.name]:
            tx.execute(table.insert(), script.rows[table.name])
    played = played_file(script.config)
    values = {
        **{column.name: script.campaign[column.name] for column in campaign.c},
        "state": "running",
        "closed_at": None,
        "config": played.model_dump(mode="json", by_alias=True),
        "created_at": tx.now,
        "changed_at": tx.now,
    }
    tx.insert(campaign, **values)
    add_contacts(tx, played.id, [_person(tx, role) for role in roles])
    tx.update(campaign, campaign.c.id == played.id, state="running")


def played_file(config: CampaignFile) -> CampaignFile:
    """The campaign as it is played: the same flow and retries, at any hour, from a number of fiction.

    Without what would lead to another campaign or keep people waiting for a day: announcements, the other
    campaign of a fallback, schedule, budget, caps and windows. The preview tells of those.
    """
    fallback = config.sms_fallback if config.sms_fallback and config.sms_fallback.text else None
    sender = fallback and fallback.model_copy(update={"sender": CALLER})
    every_day = [Window.model_validate(window) for window in ALL_DAY]
    plain = {
        name: CampaignFile.model_fields[name].get_default(call_default_factory=True) for name in _LEFT_OUT
    }
    no_caps = dict.fromkeys(type(config.caps).model_fields, 0) | {"per_number_24h": 99}
    return config.model_copy(
        update=plain
        | {
            "preset": "none",
            "call_on_holidays": True,
            "windows": every_day,
            "caller_id": CALLER,
            "sms_sender": CALLER if config.sms_sender or config.sms_pool else "",
            "sms_fallback": sender,
            "caps": config.caps.model_copy(update=no_caps),
            "consent_bases": ["public-interest"],
            "standing": False,
        }
    )


def _person(tx: Tx, role: Role) -> str:
    """Somebody who does not exist, with an appointment for flows that speak of one."""
    stratum, contact_id = role.stratum, tx.new_id("ctc")
    number_id = store_number(
        tx, role.number, synthetic=True, country="FR", kind="mobile", zone=stratum.zone or "Europe/Paris"
    )
    tx.insert(
        contact,
        id=contact_id,
        fingerprint=tx.keyring.fingerprint(contact_id),
        platform_code=stratum.platform_code,
        region_code=stratum.region_code,
        person=seal_person(tx.keyring, contact_id, _SOMEBODY),
        language=stratum.language,
        zone=stratum.zone or "Europe/Paris",
        department=stratum.department,
        elicited_at=tx.now,
        consent_basis="public-interest",
        created_at=tx.now,
    )
    tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=1)
    tx.insert(
        appointment,
        id=tx.new_id("apt"),
        contact_id=contact_id,
        kind="physical",
        reason="visit",
        starts_at=tx.now + timedelta(days=2),
        status="booked",
        changed_at=tx.now,
    )
    return contact_id
