"""What is going on, as one line or a live table: lived time, calls, queues, agents, outcomes."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from rich.table import Table

from callsvc.agents.tables import agent
from callsvc.calls.tables import leg
from callsvc.campaigns.tables import campaign_contact
from callsvc.contacts.tables import suppression
from callsvc.core.db import Tx
from callsvc.messages.tables import message
from callsvc.platforms.tables import region
from callsvc.routing.tables import queue_entry, reservation

_OPEN_ENTRY = ("pending", "reserved", "assigned")


@dataclass(frozen=True)
class RegionNow:
    name: str
    waiting: int
    ready: int
    busy: int
    people: int
    done: int


@dataclass(frozen=True)
class Snapshot:
    at: datetime  # lived
    regions: dict[str, RegionNow]
    legs: Counter[str]
    outcomes: Counter[str]
    connected: int
    overflow: int
    helpers: frozenset[str]
    opt_outs: int
    messages: int

    @property
    def line(self) -> str:
        """One line for a log."""
        local = self.at.astimezone(ZoneInfo("Europe/Paris"))
        waiting = sum(one.waiting for one in self.regions.values())
        people = sum(one.people for one in self.regions.values())
        done = sum(one.done for one in self.regions.values())
        return (
            f"{local:%H:%M:%S}  calls live {self.legs['live']:>3} ended {self.legs['ended']:>4}"
            f"  in doubt {self.legs['in-doubt']:>2}  waiting {waiting:>3}  connected {self.connected:>3}"
            f"  overflow {self.overflow:>3}  SMS {self.messages:>3}  opt-outs {self.opt_outs:>2}"
            f"  outcomes {done}/{people}"
        )

    @property
    def table(self) -> Table:
        """The same by region, for a terminal."""
        table = Table(title=self.line, title_justify="left", title_style="bold")
        table.add_column("region")
        for column in ("waiting", "ready", "on call", "people", "outcomes"):
            table.add_column(column, justify="right")
        for one in self.regions.values():
            cells = (one.waiting, one.ready, one.busy, one.people, one.done)
            table.add_row(one.name, *(str(cell) for cell in cells))
        return table


def take_snapshot(tx: Tx) -> Snapshot:
    connected = tx.all(
        sa.select(reservation.c.agent_region, queue_entry.c.region_code)
        .join(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(reservation.c.bridged_at.is_not(None))
    )
    aid = [row.agent_region for row in connected if row.agent_region != row.region_code]
    return Snapshot(
        at=tx.now,
        regions=_regions(tx),
        legs=_legs(tx),
        outcomes=Counter(
            row.outcome
            for row in tx.all(
                sa.select(campaign_contact.c.outcome).where(campaign_contact.c.status == "done")
            )
        ),
        connected=len(connected),
        overflow=len(aid),
        helpers=frozenset(aid),
        opt_outs=count_of(tx, suppression),
        messages=count_of(tx, message, message.c.direction == "outbound", message.c.sid.is_not(None)),
    )


def count_of(tx: Tx, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """How many rows of a table are so."""
    return int(tx.scalar(sa.select(sa.func.count()).select_from(table).where(*where)))


def _legs(tx: Tx) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in tx.all(
        sa.select(
            leg.c.placement, leg.c.ended_at.is_(None).label("open"), sa.func.count().label("n")
        ).group_by(leg.c.placement, leg.c.ended_at.is_(None))
    ):
        if row.placement in ("in-doubt", "claimed", "planned"):
            found[row.placement] += row.n
        elif row.placement in ("placed", "received"):
            found["live" if row.open else "ended"] += row.n
    return found


def _regions(tx: Tx) -> dict[str, RegionNow]:
    waiting = _by_region(
        tx, sa.select(queue_entry.c.region_code).where(queue_entry.c.state.in_(_OPEN_ENTRY[:2]))
    )
    free = sa.and_(agent.c.activity == "available", agent.c.state == "idle")
    ready = _by_region(tx, sa.select(agent.c.region_code).where(free))
    busy = _by_region(
        tx, sa.select(agent.c.region_code).where(agent.c.state.in_(("reserved", "on-call", "wrap-up")))
    )
    people = _by_region(tx, sa.select(campaign_contact.c.region_code))
    done = _by_region(
        tx, sa.select(campaign_contact.c.region_code).where(campaign_contact.c.status == "done")
    )
    return {
        row.code: RegionNow(
            row.name, waiting[row.code], ready[row.code], busy[row.code], people[row.code], done[row.code]
        )
        for row in tx.all(sa.select(region).order_by(region.c.name))
        if people[row.code] or ready[row.code] or busy[row.code]
    }


def _by_region(tx: Tx, query: sa.Select[tuple[str]]) -> Counter[str]:
    return Counter(row.region_code for row in tx.all(query))
