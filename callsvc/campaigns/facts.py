"""Gathers what ``may_contact`` asks about, for many people at once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.calendar import Hours, LocalWindow
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.schedule import instant_of
from callsvc.campaigns.lasting import Consent, Freshness
from callsvc.campaigns.rules import Facts, hours_at
from callsvc.campaigns.tables import campaign
from callsvc.campaigns.whereabouts import Place, places_of
from callsvc.contacts.suppressions import live_suppressions
from callsvc.contacts.tables import contact, contact_number, phone_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.core.settings import Settings
from callsvc.core.weekdays import WEEKDAYS
from callsvc.platforms.tables import region

_CAMPAIGN = sa.select(campaign).where(campaign.c.id == sa.bindparam("campaign_id"))
_LOCK_CAMPAIGN = _CAMPAIGN.with_for_update(key_share=True)
_NUMBERS = (
    sa.select(
        contact_number.c.contact_id,
        contact_number.c.rank,
        phone_number.c.id,
        phone_number.c.kind,
        phone_number.c.country,
        phone_number.c.zone,
        phone_number.c.synthetic,
    )
    .join(phone_number, phone_number.c.id == contact_number.c.number_id)
    .where(
        contact_number.c.contact_id.in_(sa.bindparam("contact_ids", expanding=True)),
        contact_number.c.unworkable_since.is_(None),
    )
    .order_by(contact_number.c.contact_id, contact_number.c.rank)
)


def campaign_row(tx: Tx, campaign_id: str, *, lock: bool = False) -> Row[Any]:
    row = tx.first(_LOCK_CAMPAIGN if lock else _CAMPAIGN, campaign_id=campaign_id)
    if row is None:
        raise NotFound(
            "campaign-unknown", f"No campaign is called {campaign_id!r}. `campaign apply` makes one."
        )
    return row


def config_of(row: Row[Any]) -> CampaignFile:
    return CampaignFile.model_validate(row.config)


def local_windows(config: CampaignFile) -> tuple[LocalWindow, ...]:
    return tuple(
        LocalWindow(frozenset(WEEKDAYS.index(day) for day in window.days), *window.minutes())
        for window in config.windows
    )


def numbers_of(tx: Tx, contact_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    """Each person's workable numbers, preferred first, with what decides whether they may be dialled."""
    rows = tx.all(_NUMBERS, contact_ids=list(contact_ids))
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.contact_id, []).append(row)
    return found


_PEOPLE = (
    sa.select(
        contact.c.id,
        contact.c.zone,
        contact.c.department,
        contact.c.region_code,
        region.c.zone.label("region_zone"),
        contact.c.consent_basis,
        contact.c.consent_on,
        contact.c.elicited_at,
        contact.c.language,
    )
    .join(region, region.c.code == contact.c.region_code)
    .where(contact.c.id.in_(sa.bindparam("contact_ids", expanding=True)))
)


def people(tx: Tx, contact_ids: Sequence[str]) -> dict[str, Row[Any]]:
    rows = tx.all(_PEOPLE, contact_ids=list(contact_ids))
    return {row.id: row for row in rows}


def base_facts(
    settings: Settings,
    *,
    config: CampaignFile,
    state: str,
    person: Row[Any],
    number: Row[Any],
    suppressions: Sequence[tuple[str, str]],
) -> Facts:
    """Facts without the ledger of calls; ``callsvc.dialing.facts`` adds that.

    ``person`` is a row of ``people``, ``number`` one of ``phone_number``.
    """
    allowed = frozenset(settings.callsvc_countries.split(","))
    return Facts(
        campaign_state=state,
        starts_at=instant_of(config.schedule.starts_at, settings.zone),
        ends_at=instant_of(config.schedule.ends_at, settings.zone),
        purpose=config.purpose,
        suppressions=suppressions,
        places=_places(person, number),
        windows=local_windows(config),
        preset=config.preset,
        on_holidays=config.call_on_holidays,
        consent=Consent(
            basis=person.consent_basis,
            accepted=frozenset(config.consent_bases),
            given_on=person.consent_on,
            valid_days=config.consent_valid_days,
        ),
        freshness=Freshness(since=person.elicited_at, days=config.worth_days),
        number_kind=number.kind,
        kinds=frozenset(config.number_kinds),
        country=number.country,
        countries=allowed & frozenset(config.countries) if config.countries else allowed,
        synthetic=number.synthetic,
        carrier_is_loopback=settings.carrier_is_loopback,
        caps=config.caps,
        spread=config.spread,
        redial_lock=timedelta(minutes=config.retries.redial_lock_minutes),
    )


def _places(person: Row[Any], number: Row[Any]) -> tuple[Place, ...]:
    return places_of(
        department=person.department,
        stated_zone=person.zone,
        number_zone=number.zone,
        number_kind=number.kind,
        region=person.region_code,
        region_zone=person.region_zone,
    )


def hours_of_person(tx: Tx, config: CampaignFile, contact_id: str) -> Hours | None:
    """When this person may be called in this campaign, by where they live; None when nobody knows."""
    person = people(tx, [contact_id]).get(contact_id)
    if person is None:
        return None
    places = places_of(
        department=person.department,
        stated_zone=person.zone,
        region=person.region_code,
        region_zone=person.region_zone,
    )
    return hours_at(places, local_windows(config), config.preset, config.call_on_holidays)


def suppression_pairs(tx: Tx, number_ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    return {
        number_id: [(entry.scope, entry.purpose) for entry in entries]
        for number_id, entries in live_suppressions(tx, number_ids).items()
    }
