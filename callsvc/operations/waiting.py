"""What waits, and what waits longer than it ever should: one line for each waiting state.

Every waiting state has a deadline and a sweeper, so a line is *late* only when its sweeper does not run, or
what it needs (the carrier, Redis, a worker) does not answer. The advice says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _

from callsvc.accounts.tables import access_log
from callsvc.calls.losing import LOSABLE
from callsvc.calls.tables import carrier_update, leg
from callsvc.contacts.tables import contact_import
from callsvc.core.db import Tx
from callsvc.dialing.tables import OPEN, announcement, callback
from callsvc.flows.tables import flow_session
from callsvc.messages.tables import message
from callsvc.routing.queries import IS_LIVE, WAITING
from callsvc.routing.tables import queue_entry, reservation

GRACE = timedelta(seconds=15)  # a ticker was killed, came back, and asked again: all within this


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many wait, and how many of them should not any more.

    ``late_if`` compares with now on the clock that ``lived`` names (lived, or the machine's) minus ``grace``.
    """

    id: str
    title: Any
    table: sa.Table
    waits: sa.ColumnElement[bool]
    deadline: sa.ColumnElement[datetime]
    lived: bool
    advice: Any
    grace: timedelta = GRACE


_WORKERS = _("Is its worker alive, and does Redis answer? The ticker asks for it again by itself.")
_CARRIER = _("Does the carrier answer? Nothing is called or sent twice while it does not.")
_TICKER = _("Is the ticker alive?")

STATES: tuple[Waiting, ...] = (
    Waiting(
        id="calls-planned",
        title=_("Calls to place"),
        table=leg,
        waits=(leg.c.placement == "planned") & leg.c.lease_until.is_not(None),
        deadline=leg.c.lease_until,
        lived=False,
        advice=_WORKERS,
    ),
    Waiting(
        id="calls-claimed",
        title=_("Calls being placed"),
        table=leg,
        waits=(leg.c.placement == "claimed") & leg.c.lease_until.is_not(None),
        deadline=leg.c.lease_until,
        lived=False,
        advice=_TICKER,
    ),
    Waiting(
        id="calls-in-doubt",
        title=_("Calls in doubt"),
        table=leg,
        waits=(leg.c.placement == "in-doubt") & leg.c.settle_at.is_not(None),
        deadline=leg.c.settle_at,
        lived=False,
        advice=_CARRIER,
    ),
    Waiting(
        id="calls-live",
        title=_("Calls live at the carrier"),
        table=leg,
        waits=leg.c.placement.in_(LOSABLE) & leg.c.ended_at.is_(None),
        deadline=leg.c.deadline_at,
        lived=True,
        advice=_CARRIER,
    ),
    Waiting(
        id="updates-due",
        title=_("Changes of live calls to tell the carrier"),
        table=carrier_update,
        waits=carrier_update.c.result.is_(None),
        deadline=carrier_update.c.lease_until,
        lived=False,
        advice=_WORKERS,
    ),
    Waiting(
        id="messages-planned",
        title=_("SMS to send"),
        table=message,
        waits=message.c.placement.in_(("planned", "claimed")) & message.c.lease_until.is_not(None),
        deadline=message.c.lease_until,
        lived=False,
        advice=_WORKERS,
    ),
    Waiting(
        id="messages-in-doubt",
        title=_("SMS in doubt"),
        table=message,
        waits=(message.c.placement == "in-doubt") & message.c.settle_at.is_not(None),
        deadline=message.c.settle_at,
        lived=False,
        advice=_CARRIER,
    ),
    Waiting(
        id="people-waiting",
        title=_("People waiting for an agent"),
        table=queue_entry,
        waits=WAITING,
        deadline=queue_entry.c.deadline_at,
        lived=True,
        advice=_TICKER,
    ),
    Waiting(
        id="offers-open",
        title=_("Calls offered to agents"),
        table=reservation,
        waits=IS_LIVE & (reservation.c.state == "pending"),
        deadline=reservation.c.deadline_at,
        lived=True,
        advice=_TICKER,
    ),
    Waiting(
        id="wrap-ups",
        title=_("Agents in wrap-up"),
        table=reservation,
        waits=IS_LIVE & reservation.c.talk_ended_at.is_not(None),
        deadline=reservation.c.deadline_at,
        lived=True,
        advice=_TICKER,
    ),
    Waiting(
        id="callbacks-due",
        title=_("Callbacks promised"),
        table=callback,
        waits=callback.c.status == "booked",
        deadline=callback.c.due_at,
        lived=True,
        advice=_TICKER,
        grace=timedelta(minutes=15),
    ),
    Waiting(
        id="announced-calls",
        title=_("Calls announced by SMS"),
        table=announcement,
        waits=OPEN,
        deadline=announcement.c.slot_to,
        lived=True,
        advice=_TICKER,
        grace=timedelta(minutes=15),
    ),
    Waiting(
        id="sessions-open",
        title=_("Conversations with a flow"),
        table=flow_session,
        waits=flow_session.c.status == "running",
        deadline=flow_session.c.deadline_at,
        lived=True,
        advice=_TICKER,
    ),
    Waiting(
        id="imports-running",
        title=_("Imports of lists"),
        table=contact_import,
        waits=contact_import.c.status == "running",
        deadline=contact_import.c.deadline_machine_at,
        lived=False,
        advice=_TICKER,
    ),
    Waiting(
        id="access-unsealed",
        title=_("Rows of the access log to seal"),
        table=access_log,
        waits=access_log.c.seal_id.is_(None),
        deadline=access_log.c.at,
        lived=False,
        advice=_TICKER,
        grace=timedelta(minutes=5),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One state now; ``since`` is the deadline that the oldest late one has passed."""

    state: Waiting
    waiting: int
    late: int
    since: datetime | None


def waiting_now(tx: Tx) -> Sequence[Line]:
    """Each state in one indexed count."""
    return [_line(tx, state) for state in STATES]


def _line(tx: Tx, state: Waiting) -> Line:
    # A scaled life clock makes grace shorter in lived time than the machinery needs, so it is stretched.
    now = tx.now - state.grace * tx.speed if state.lived else tx.machine_now - state.grace
    late = state.deadline < now
    row = tx.execute(
        sa.select(
            sa.func.count().label("waiting"),
            sa.func.sum(sa.case((late, 1), else_=0)).label("late"),
            sa.func.min(sa.case((late, state.deadline))).label("since"),
        )
        .select_from(state.table)
        .where(state.waits)
    ).one()
    return Line(state=state, waiting=row.waiting, late=int(row.late or 0), since=row.since)
