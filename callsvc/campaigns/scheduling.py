"""Campaigns that start and end by themselves, at local times of the installation."""

from datetime import datetime

import sqlalchemy as sa

from callsvc.campaigns.definition import checked_file
from callsvc.campaigns.definitions.schedule import text_of
from callsvc.campaigns.editing import pinned
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.halting import HELD_BY_STOP
from callsvc.campaigns.history import note_change
from callsvc.campaigns.saving import save
from callsvc.campaigns.service import change_state
from callsvc.campaigns.tables import campaign
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, Invalid
from callsvc.runtime import Runtime

BY_SCHEDULE = "schedule"


def schedule(tx: Tx, campaign_id: str, starts_at: datetime | None, ends_at: datetime | None, by: str) -> bool:
    """Start at one lived instant and end at another (to the minute); None: by hand. True if that is new.

    The flow's version stays as it is. ``schedule-past`` for an end that is over; what is wrong otherwise is
    ``campaign-file-invalid``.
    """
    row = campaign_row(tx, campaign_id, lock=True)
    if ends_at is not None and ends_at <= tx.now:
        raise Invalid("schedule-past", "This end is over already: choose one to come.")
    zone = tx.settings.zone
    wanted = {"starts_at": text_of(starts_at, zone), "ends_at": text_of(ends_at, zone)}
    return save(tx, checked_file({**row.config, **pinned(tx, row), "schedule": wanted}), by, "scheduled")


def keep_schedules(rt: Runtime) -> int:
    """Start and end what is due; returns how many. A start that is refused is noted, and tried again.

    Why it was refused stands in the history once; it starts as soon as what was missing is there. Only what
    a stop of everything held back is started by a person, or given a new moment: lifting starts nothing.
    """
    with rt.db.read() as tx:
        starts = tx.all(_due(campaign.c.starts_at, ("draft",), tx.now).where(_not_over(tx.now), _not_held()))
        ends = tx.all(_due(campaign.c.ends_at, ("running", "paused"), tx.now))
    return sum(_start(rt, row.id) for row in starts) + sum(_end(rt, row.id) for row in ends)


def _due(column: sa.ColumnElement[datetime], states: tuple[str, ...], now: datetime) -> sa.Select[tuple[str]]:
    return sa.select(campaign.c.id).where(campaign.c.state.in_(states), column <= now)


def _not_over(now: datetime) -> sa.ColumnElement[bool]:
    return campaign.c.ends_at.is_(None) | (campaign.c.ends_at > now)


def _not_held() -> sa.ColumnElement[bool]:
    return campaign.c.schedule_note != HELD_BY_STOP


def _start(rt: Runtime, campaign_id: str) -> bool:
    try:
        change_state(rt, campaign_id, "start", BY_SCHEDULE)
    except CallsvcError as refusal:
        with rt.db.begin() as tx:
            _note_refusal(tx, campaign_id, refusal)
        return False
    return True


def _note_refusal(tx: Tx, campaign_id: str, refusal: CallsvcError) -> None:
    new = (campaign.c.id == campaign_id) & (campaign.c.schedule_note != refusal.id)
    if tx.update(campaign, new & (campaign.c.state == "draft"), schedule_note=refusal.id[:60]):
        after = {"reason": refusal.id, "says": refusal.message}
        note_change(tx, campaign_id, BY_SCHEDULE, "start-refused", before={}, after=after)


def _end(rt: Runtime, campaign_id: str) -> bool:
    try:
        change_state(rt, campaign_id, "close", BY_SCHEDULE)
    except CallsvcError:
        return False  # somebody else has just ended it
    return True
