"""The morning itself: set up, call, watch, end, and wait until nothing is in doubt."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.campaigns.service import change_state
from callsvc.campaigns.tables import campaign
from callsvc.contacts.importing import ImportReport
from callsvc.core.errors import Conflict
from callsvc.core.keyring import Keyring
from callsvc.demo.callers import Callers, invent_callers, patiently
from callsvc.demo.campaigns import (
    NATIONAL_NUMBER,
    TRACING,
    VISITS,
    book_visits,
    import_list,
    set_up_campaigns,
)
from callsvc.demo.country import Desk, found_country, hire_administrator, hire_agents, softphones
from callsvc.demo.dataset import DemoFiles, make_dataset
from callsvc.demo.desks import Desks
from callsvc.demo.ending import still_open
from callsvc.demo.progress import Snapshot, take_snapshot
from callsvc.dialing.preview import Preview, preview
from callsvc.processes.running import RunningStack
from callsvc.runtime import Runtime

BY = "demo"
_QUIET_WITHIN_S = 120.0  # real seconds to come to rest after the morning


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the demonstration is played. ``minutes`` are lived."""

    minutes: float = 45
    speed: float = 30
    seed: int = 2020


@dataclass
class Morning:
    """A demonstration in progress on a running stack."""

    stack: RunningStack
    rt: Runtime
    plan: Plan
    tell: Callable[[str], None]
    show: Callable[[Snapshot], None]
    files: DemoFiles
    report: ImportReport | None = None
    previews: list[Preview] = field(default_factory=list)
    desks: list[Desk] = field(default_factory=list)
    began_at: datetime | None = None
    password: str = ""
    left_open: dict[str, int] = field(default_factory=dict)

    def set_up(self, directory: Path) -> None:
        """Country, agents, flows, campaigns, the list; the people and softphones are at the carrier."""
        found_country(self.rt)
        set_up_campaigns(self.rt)
        agents = make_dataset(self.plan.seed).agents
        self.password = secrets.token_urlsafe(9)
        hire_administrator(self.rt, self.password)
        self.desks = hire_agents(self.rt, agents, Keyring.new_key())
        self.report = import_list(self.rt, self.files, directory / "rejects.csv")
        visits = book_visits(self.rt, self.files)
        self.tell(f"{visits} appointments of the coming days get a call before the visit")
        self._add_people([*softphones(agents), *invent_callers(self.plan.seed)])
        with self.rt.db.read() as tx:
            self.previews = [preview(tx, name) for name in (TRACING, VISITS)]

    def _add_people(self, people: list[Any]) -> None:
        url = f"{self.stack.simulator_url}/_simulator/people"
        patiently(lambda: requests.post(url, json=people, timeout=5).raise_for_status())

    def live(self) -> None:
        """Call for the lived minutes of the plan, then stop and come to rest."""
        speed = self.plan.speed
        desks = Desks(self.stack.web_url, self.stack.stream_url, self.desks, speed=speed, seed=self.plan.seed)
        callers = Callers(
            self.stack.simulator_url,
            invent_callers(self.plan.seed),
            to=NATIONAL_NUMBER,
            over_s=self.plan.minutes * 60 * 0.9,
            speed=speed,
        )
        desks.start()
        self._await_agents()
        for name in (TRACING, VISITS):
            change_state(self.rt, name, "start", BY)
        callers.start()
        self.began_at = self.rt.clock.now()
        self._watch_until(self.began_at + timedelta(minutes=self.plan.minutes))
        callers.stop()
        self._close_campaigns()
        url = f"{self.stack.simulator_url}/_simulator/people/quiet"
        patiently(lambda: requests.post(url, timeout=5).raise_for_status())
        self._rest()
        desks.stop()

    def _await_agents(self) -> None:
        pause, deadline = threading.Event(), time.monotonic() + 30
        while time.monotonic() < deadline:
            with self.rt.db.read() as tx:
                ready = tx.scalar(
                    sa.select(sa.func.count()).select_from(agent).where(agent.c.activity == "available")
                )
            if ready == len(self.desks):
                return
            pause.wait(0.2)

    def _watch_until(self, end: datetime) -> None:
        pause = threading.Event()
        while self.rt.clock.now() < end and not self._all_done():
            self._snapshot()
            pause.wait(1.0)

    def _all_done(self) -> bool:
        with self.rt.db.read() as tx:
            return not tx.first(sa.select(campaign.c.id).where(campaign.c.state == "running"))

    def _snapshot(self) -> Snapshot:
        with self.rt.db.read() as tx:
            snapshot = take_snapshot(tx)
        self.show(snapshot)
        return snapshot

    def _close_campaigns(self) -> None:
        for name in (TRACING, VISITS):
            try:
                change_state(self.rt, name, "close", BY)
            except Conflict:
                continue  # completed by itself: everybody has an outcome

    def _rest(self) -> None:
        """Wait until nothing is under way. What is left is told, and the audit will name it."""
        pause, deadline = threading.Event(), time.monotonic() + _QUIET_WITHIN_S
        while time.monotonic() < deadline:
            self._snapshot()
            with self.rt.db.read() as tx:
                self.left_open = dict(still_open(tx))
            if not self.left_open:
                return
            pause.wait(1.0)
        self.tell(f"still open after {_QUIET_WITHIN_S:.0f} s: {self.left_open}")
