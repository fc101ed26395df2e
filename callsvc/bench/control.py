"""``callsvc bench pacing`` and ``callsvc bench stopping``: the pace and the emergency stop on real processes.

A whole stack with its simulator, invented people with fictional numbers; what counts is the simulator's own
ledger. Everything is on 127.0.0.1 and stops by itself.
"""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import requests
import sqlalchemy as sa

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.contacts.numbers import store_number
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.stop_reports import StopReport
from callsvc.dialing.stopping import emergency_stop
from callsvc.flows.service import publish
from callsvc.platforms.service import load_france
from callsvc.processes.running import RunningStack, running_stack
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text

_BY = "bench"
_EVERY_HOUR = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]
_SETTLING_S = 5.0  # lived, before anything counts
_FORM = click.Choice(["text", "json"])


@dataclass(frozen=True)
class Pace:
    """Set-ups a lived second, configured and as the simulator's ledger has them."""

    of: str
    configured: float
    achieved: float

    @property
    def off(self) -> float:
        return self.achieved / self.configured - 1


@click.command()
@click.option("--rate", default=8.0, show_default=True, help="Set-ups a lived second, all campaigns.")
@click.option("--seconds", default=60.0, show_default=True, help="Lived seconds that are counted.")
@click.option("--speed", default=2.0, show_default=True, help="Lived seconds per real second.")
@click.option(
    "--tickers", default=2, show_default=True, help="Planners at once: the ticker, and this command."
)
@click.option("--format", "form", type=_FORM, default="text", show_default=True)
def pacing(rate: float, seconds: float, speed: float, tickers: int, form: str) -> None:
    """Three campaigns of weights 1, 2 and 3 share one limit: configured against achieved set-ups a second."""
    weights = {"one": 1.0, "two": 2.0, "three": 3.0}
    with _stack(rate, speed, answers="busy") as (stack, rt):
        people = int(rate * (seconds + 4 * _SETTLING_S))
        for place, (name, weight) in enumerate(weights.items()):
            pace = {"calls_per_second": 100, "most_live": 5000, "weight": weight}
            _campaign(rt, name, place, people * int(weight) // 5 + 20, pace)
        for name in weights:
            change_state(rt, name, "start", _BY)
        began = rt.clock.now() + timedelta(seconds=_SETTLING_S)
        _plan_beside(rt, tickers - 1, (seconds + 2 * _SETTLING_S) / speed)
        made = _created(stack, began, began + timedelta(seconds=seconds))
    total = sum(weights.values())
    paces = [
        Pace(name, rate * weight / total, made[_caller(place)] / seconds)
        for place, (name, weight) in enumerate(weights.items())
    ]
    paces.append(Pace("all", rate, sum(made.values()) / seconds))
    if form == "json":
        click.echo(json.dumps([asdict(one) | {"off": one.off} for one in paces], indent=1))
        return
    for one in paces:
        click.echo(
            f"{one.of:<6} {one.configured:6.2f}/s configured {one.achieved:6.2f}/s made {one.off:+7.1%}"
        )
    click.echo(f"load of the machine: {os.getloadavg()[0]:.1f} runnable processes")


@click.command()
@click.option("--calls", default=1000, show_default=True, help="Calls that ring when everything is stopped.")
@click.option("--format", "form", type=_FORM, default="text", show_default=True)
def stopping(calls: int, form: str) -> None:
    """Stop everything with so many calls out: seconds until the last was told, and what the carrier says."""
    with _stack(1000, 1.0, answers="no-answer") as (stack, rt):
        pace: dict[str, float] = {"calls_per_second": 100, "most_live": 5000}
        _campaign(rt, "one", 0, calls, pace)
        stack.hold("ticker")  # calls are placed from here, as quickly as it goes
        change_state(rt, "one", "start", _BY)
        _place(rt, calls)
        time.sleep(2)
        out = Counter(call["status"] for call in _ledger(stack))
        began = time.monotonic()
        report = emergency_stop(rt, None, _BY)
        took = time.monotonic() - began
        stack.release("ticker")
        left = Counter(call["status"] for call in _ledger(stack))
    _show_stop(report, took, (out, left), form)


def _show_stop(
    report: StopReport, took: float, statuses: tuple[Counter[str], Counter[str]], form: str
) -> None:
    told = {
        "seconds": report.seconds,
        "command_s": took,
        "ringing_hung_up": report.ringing_hung_up,
        "queued_canceled": report.queued_canceled,
        "unsettled": report.unsettled,
        "before": dict(statuses[0]),
        "after": dict(statuses[1]),
        "load": os.getloadavg()[0],
    }
    if form == "json":
        click.echo(json.dumps(told, indent=1))
        return
    for name, value in told.items():
        click.echo(f"{name:<16} {value}")


@contextmanager
def _stack(rate: float, speed: float, *, answers: str) -> Iterator[tuple[RunningStack, Runtime]]:
    extra = {"CALLSVC_CALLS_PER_SECOND": f"{rate:g}", "SIMULATOR_CPS": "1000", "CALLSVC_APPROVAL_SIZE": "0"}
    with (
        tempfile.TemporaryDirectory(prefix="callsvc-bench-") as directory,
        running_stack(Path(directory), extra=extra, speed=speed) as stack,
    ):
        rt = stack.runtime()
        try:
            person = {"prefix": "+336399", "answers": answers}
            url = f"{stack.simulator_url}/_simulator/people"
            requests.post(url, json=person, timeout=5).raise_for_status()
            with rt.db.begin() as tx:
                load_france(tx)
                publish(tx, flow_text("outreach"), _BY)
            yield stack, rt
        finally:
            rt.db.engine.dispose()


def _caller(place: int) -> str:
    return f"+3319900010{place}"


def _campaign(rt: Runtime, name: str, place: int, people: int, pace: dict[str, float]) -> None:
    file = CampaignFile.model_validate(
        {
            "id": name, "title": name, "purpose": "bench", "flow": "outreach", "caller_id": _caller(place),
            "windows": _EVERY_HOUR, "preset": "none", "call_on_holidays": True, "pacing": pace,
            "ring_timeout_s": 600, "retries": {"most_tries": 1},
        }
    )  # fmt: skip
    apply_campaign(rt, file, _BY)
    for start in range(0, people, 200):
        with rt.db.begin() as tx:
            numbers = range(start, min(start + 200, people))
            add_contacts(tx, name, [_person(tx, f"+336399{80000 + 3000 * place + n}") for n in numbers])


def _person(tx: Tx, number: str) -> str:
    contact_id = tx.new_id("ctc")
    tx.insert(
        contact,
        id=contact_id,
        fingerprint=tx.keyring.fingerprint(contact_id),
        platform_code="67",
        region_code="44",
        person=tx.keyring.encrypt_json({}, f"contact:{contact_id}"),
        language="fr",
        zone="Europe/Paris",
        department="67",
        elicited_at=tx.now,
        consent_basis="public-interest",
        created_at=tx.now,
    )
    number_id = store_number(tx, number, synthetic=True, country="FR", kind="mobile", zone="Europe/Paris")
    tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=1)
    return contact_id


def _plan_beside(rt: Runtime, planners: int, seconds: float) -> None:
    """Plan as the ticker does, at the same time, for so many real seconds."""
    until = time.monotonic() + seconds

    def plan(_: int) -> None:
        while time.monotonic() < until:
            plan_calls(rt)
            time.sleep(0.25)

    if planners < 1:
        time.sleep(seconds)
        return
    with ThreadPoolExecutor(planners) as pool:
        list(pool.map(plan, range(planners)))


def _place(rt: Runtime, calls: int) -> None:
    """Plan and place until so many calls are out, with several requests at a time."""
    from callsvc.calls.tables import leg

    planned = sa.select(leg.c.id).where(leg.c.placement == "planned")
    placed, until = 0, time.monotonic() + 180
    with ThreadPoolExecutor(8) as pool:
        while placed < calls and time.monotonic() < until:
            plan_calls(rt)
            with rt.db.read() as tx:
                ids = [row.id for row in tx.all(planned)]
            list(pool.map(lambda leg_id: place_attempts(rt, [leg_id]), ids))
            placed += len(ids)


def _ledger(stack: RunningStack) -> list[dict[str, Any]]:
    answer = requests.get(f"{stack.simulator_url}/_simulator/ledger", timeout=30)
    return list(answer.json()["calls"])


def _created(stack: RunningStack, since: datetime, until: datetime) -> Counter[str]:
    """Calls created at the carrier in this time, by the number they show."""
    return Counter(
        call["from"] for call in _ledger(stack) if since <= datetime.fromisoformat(call["created_at"]) < until
    )
