"""When a campaign that runs is expected to end: the preview's arithmetic, over counts alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.scope import Principal
from callsvc.campaigning.drawing import hours_of_place
from callsvc.campaigning.places import places_of
from callsvc.campaigns.calendar import Hours
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.public_holidays import same_holidays
from callsvc.dialing.expecting import expected
from callsvc.dialing.preview import retry_delay
from callsvc.dialing.projecting import Cohort, project

_SOON = timedelta(minutes=30)  # those due later are reckoned with their own half-hour


def expected_end(tx: Tx, principal: Principal, row: Any, file: CampaignFile) -> datetime | None:
    """The lived instant of the last try, retries included; None beyond 14 days, or when nobody waits.

    People are taken by the zone and department they live in, in proportion: it asks ``may_contact`` about
    nobody, so that it knows of hours, pace, lines and agents and of nothing else.
    """
    waiting = _waiting(tx, row.id)
    places = places_of(tx, principal, row.id)
    everybody = sum(place.people for place in places)
    if not waiting or not everybody:
        return None
    shares: dict[Hours, float] = {}
    for place in places:
        hours = hours_of_place(file, replace(place, department=same_holidays(place.department)))
        shares[hours] = shares.get(hours, 0.0) + place.people / everybody
    cohorts = [
        Cohort(hours, [(at, people * share) for at, people in waiting]) for hours, share in shares.items()
    ]
    means = expected(tx, row, file).means
    return project(tx.now, cohorts, means, retry_delay(file.retries)).ends_at


def _waiting(tx: Tx, campaign_id: str) -> list[tuple[datetime, int]]:
    """(when due, people) of those who wait: now, and by the half-hours to come."""
    place = campaign_contact.c
    open_ones = (place.campaign_id == campaign_id) & place.status.in_(("waiting", "trying"))
    now = tx.scalar(sa.select(sa.func.count()).where(open_ones, place.next_try_at <= tx.now + _SOON))
    later = tx.all(
        sa.select(place.next_try_at).where(open_ones, place.next_try_at > tx.now + _SOON).limit(20_000)
    )
    found = {tx.now: int(now or 0)}
    for (at,) in later:
        half = tx.now + _SOON * ((at - tx.now) // _SOON)
        found[half] = found.get(half, 0) + 1
    return [(at, people) for at, people in sorted(found.items()) if people]
