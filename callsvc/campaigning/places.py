"""Where the people of a campaign live: the zones and departments that its hours follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import get_timezone_location
from flask_babel import get_locale

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.calendar import zone as zone_named
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.platforms.tables import platform, region

_MOST = 120  # places a page offers; France has 109 departments and territories


@dataclass(frozen=True, kw_only=True)
class Place:
    """``people`` of the campaign who live there; ``zone`` is an IANA name that exists."""

    department: str
    zone: str
    title: str
    people: int

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def places_of(tx: Tx, principal: Principal, campaign_id: str) -> list[Place]:
    """Where its people live, most people first; before anybody is in it, the platforms' own places."""
    titles = {row.code: row.name for row in tx.all(sa.select(platform.c.code, platform.c.name))}
    people = sa.func.count().label("people")
    mine = scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code)
    rows = tx.all(
        sa.select(contact.c.department, contact.c.zone, people)
        .join(campaign_contact, campaign_contact.c.contact_id == contact.c.id)
        .where(campaign_contact.c.campaign_id == campaign_id, mine)
        .group_by(contact.c.department, contact.c.zone)
        .order_by(people.desc(), contact.c.department)
        .limit(_MOST)
    )
    found = [
        Place(
            department=row.department,
            zone=row.zone,
            title=titles.get(row.department) or city_of(row.zone),
            people=row.people,
        )
        for row in rows
        if zone_named(row.zone) is not None
    ]
    return found or _platforms(tx)


def _platforms(tx: Tx) -> list[Place]:
    rows = tx.all(
        sa.select(platform.c.code, platform.c.name, region.c.zone)
        .join(region, region.c.code == platform.c.region_code)
        .order_by(region.c.zone != "Europe/Paris", platform.c.code)
        .limit(_MOST)
    )
    known = [
        Place(department=row.code, zone=row.zone, title=row.name, people=0)
        for row in rows
        if zone_named(row.zone) is not None
    ]
    return known or [Place(department="75", zone="Europe/Paris", title="Paris", people=0)]


def zones_of(places: Sequence[Place]) -> list[tuple[str, str, int]]:
    """(zone, its city as the reader says it, people), most people first."""
    people: dict[str, int] = {}
    for place in places:
        people[place.zone] = people.get(place.zone, 0) + place.people
    return [(name, city_of(name), n) for name, n in sorted(people.items(), key=lambda one: (-one[1], one[0]))]


def city_of(zone: str) -> str:
    """The city that names a zone: La Réunion, Paris."""
    return str(get_timezone_location(ZoneInfo(zone), locale=get_locale() or "en", return_city=True))


def languages_of(tx: Tx, principal: Principal, campaign_id: str) -> list[tuple[str, int]]:
    """(language, people) of the campaign, most people first."""
    people = sa.func.count().label("people")
    mine = scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code)
    rows = tx.all(
        sa.select(contact.c.language, people)
        .join(campaign_contact, campaign_contact.c.contact_id == contact.c.id)
        .where(campaign_contact.c.campaign_id == campaign_id, mine)
        .group_by(contact.c.language)
        .order_by(people.desc(), contact.c.language)
    )
    return [(row.language, row.people) for row in rows]
