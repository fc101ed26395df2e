"""A platform's phone given to the national platforms: what that would bring, then declared or taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.agents.queries import headcounts
from callsvc.calls.tables import call
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.platforms.delegating import declare_delegation, national_regions, withdraw_delegation
from callsvc.platforms.queries import platform_by_code
from callsvc.platforms.tables import delegation, platform
from callsvc.routing.measuring import handling_of, patience_s
from callsvc.routing.rules.weekly import WEEKS, DayAhead, agents_for, days_ahead
from callsvc.routing.tables import queue_entry


@dataclass(frozen=True, kw_only=True)
class Foretold:
    """``days``: all calls of the platform that ask for a person; ``share`` percent of them are given away.

    ``agents``: how many the busiest hour of what is given takes alone, to answer 80 % within 20 s.
    ``on_duty``: agents on duty now where the national platforms are. No days: nothing is known of it yet.
    """

    share: int
    days: tuple[DayAhead, ...]
    agents: int
    on_duty: int

    def given(self, calls: float) -> float:
        """Of so many calls."""
        return calls * self.share / 100


def foretell(
    tx: Tx, by: Principal, platform_code: str, *, share: int, starts_at: datetime, ends_at: datetime | None
) -> Foretold:
    """What giving this share away would bring in its first week. Raises ``platform-unknown``."""
    require_own(tx, by, platform_code)
    place = platform_by_code(tx, platform_code)
    days = days_ahead(
        _arrivals(tx, place.region_code, platform_code), starts_at, ends_at, tx.now, ZoneInfo(place.zone)
    )
    busiest = max((one.busiest_hour for one in days), default=0.0) * share / 100
    handling = handling_of(tx, [place.region_code])[place.region_code]
    return Foretold(
        share=share,
        days=tuple(days),
        agents=agents_for(busiest, handling, patience_s(tx)),
        on_duty=sum(row.on_duty for row in headcounts(tx, national_regions(tx))),
    )


def give_phone(
    tx: Tx, by: Principal, platform_code: str, *, share: int, starts_at: datetime, ends_at: datetime | None
) -> str:
    """Declare it, on record; the id. Raises ``platform-unknown`` and what ``declare_delegation`` does."""
    require_own(tx, by, platform_code)
    delegation_id = declare_delegation(
        tx, platform_code, share=share, starts_at=starts_at, ends_at=ends_at, by=by.account_id
    )
    record_access(tx, by, "delegation-declared", delegation_id, {"share": share})
    return delegation_id


def take_phone_back(tx: Tx, by: Principal, delegation_id: str) -> None:
    """Not in force any more, from the next call on. Raises ``delegation-unknown``, ``delegation-over``."""
    if tx.first(delegations_of(by).where(delegation.c.id == delegation_id)) is None:
        raise NotFound("delegation-unknown", "No delegation of your regions has this id.")
    withdraw_delegation(tx, delegation_id)
    record_access(tx, by, "delegation-withdrawn", delegation_id, {})


def delegations_of(by: Principal) -> sa.Select[Any]:
    """Delegations of platforms of these rights, with the platform's name and region."""
    mine = scope_condition(by, platform.c.region_code, platform.c.code)
    return (
        sa.select(delegation, platform.c.name.label("platform_name"), platform.c.region_code)
        .join(platform, platform.c.code == delegation.c.platform_code)
        .where(mine)
    )


def givers(tx: Tx, by: Principal) -> list[Row[Any]]:
    """Platforms of these rights that may give their phone, by name."""
    mine = scope_condition(by, platform.c.region_code, platform.c.code)
    return list(tx.all(sa.select(platform).where(mine, ~platform.c.national).order_by(platform.c.name)))


def require_own(tx: Tx, by: Principal, platform_code: str) -> None:
    """Raise ``platform-unknown`` unless it is of these rights."""
    mine = scope_condition(by, platform.c.region_code, platform.c.code)
    if tx.first(sa.select(platform.c.code).where(platform.c.code == platform_code, mine)) is None:
        raise Invalid("platform-unknown", "No platform of yours has this code.")


def _arrivals(tx: Tx, region_code: str, platform_code: str) -> list[datetime]:
    """When calls of this platform began to wait for a person, at home or where they were given to."""
    rows = tx.all(
        sa.select(sa.func.min(queue_entry.c.entered_at).label("at"))
        .join(call, call.c.id == queue_entry.c.call_id)
        .where(
            queue_entry.c.region_code.in_({region_code, *national_regions(tx)}),
            queue_entry.c.entered_at > tx.now - timedelta(weeks=WEEKS, days=1),
            queue_entry.c.kind == "call",
            call.c.region_code == region_code,
            call.c.platform_code == platform_code,
        )
        .group_by(call.c.id)
    )
    return [row.at for row in rows]
