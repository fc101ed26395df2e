"""When a person may be called back: what is offered, what is agreed and what is dialled are one moment."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.calendar import PRESETS, Hours, zone
from callsvc.campaigns.facts import campaign_row, config_of, local_windows
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.dialing.standing import standing_file

_HOME = "Europe/Paris"
_ROOM = timedelta(minutes=10)  # what is due at a moment is dialled a little later: it must still be open then
_QUARTER = timedelta(minutes=15)
_WISHES = ((0, time(18)), (1, time(10)), (1, time(15)), (2, time(10)), (2, time(15)), (3, time(10)))


def hours_of_promise(tx: Tx, call: Row[Any]) -> Hours | None:
    """The hours in which this person may be called back; None when their zone is unknown."""
    person = tx.first(sa.select(contact.c.zone, contact.c.department).where(contact.c.id == call.contact_id))
    local = zone(person.zone or _HOME) if person is not None else zone(_HOME)
    if local is None:
        return None
    campaign_id = tx.scalar(
        sa.select(campaign_contact.c.campaign_id).where(campaign_contact.c.id == call.campaign_contact_id)
    )
    config = config_of(campaign_row(tx, campaign_id)) if campaign_id else standing_file(tx)
    department = person.department if person is not None else ""
    windows, preset = local_windows(config), PRESETS[config.preset]
    return Hours(local, department or "", windows, preset, config.call_on_holidays)


def fitted(hours: Hours | None, at: datetime) -> datetime:
    """The moment itself if a call may be made then, else the next one."""
    if hours is None or (hours.open_at(at) and hours.open_at(at + _ROOM)):
        return at
    return hours.next_opening(at + _ROOM if hours.open_at(at) else at) or at


def offered(tx: Tx, moment: str | None) -> datetime | None:
    """The instant of an offered moment; None for anything else, or one that has passed."""
    try:
        at = datetime.fromisoformat(moment or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo and at > tx.now else None


def offered_times(tx: Tx, call: Row[Any], most: int = 7) -> list[datetime]:
    """Moments at which this person can be called back, local, soonest first: in an hour, this evening, ..."""
    hours = hours_of_promise(tx, call)
    if hours is None:
        return []
    now = tx.now.astimezone(hours.zone)
    soon = now + timedelta(hours=1) + _QUARTER
    soon = soon.replace(minute=soon.minute // 15 * 15, second=0, microsecond=0)
    wishes = [datetime.combine(now.date() + timedelta(days=days), at, hours.zone) for days, at in _WISHES]
    wanted = sorted(wish for wish in (soon, *wishes) if wish >= soon)
    times = {fitted(hours, wish.astimezone(UTC)) for wish in wanted}
    return [at.astimezone(hours.zone) for at in sorted(times)][:most]
