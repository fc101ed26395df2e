"""Flows tried on real processes: somebody is called now from the console, somebody else is transferred.

The carrier is the simulator, as a process of its own; the people answer, press keys, are busy or not there.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from callsvc.accounts.service import add_account
from callsvc.audit.carrier import audit_carrier
from callsvc.audit.ledger import fetch_ledger
from callsvc.calls.tables import leg, live_call
from callsvc.campaigns.service import add_contacts, apply_campaign
from callsvc.directory.definition import read_directory
from callsvc.directory.service import apply_directory
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session, flow_step_count
from callsvc.metrics.tables import metric_event
from callsvc.processes.running import RunningStack, running_stack
from callsvc.runtime import Runtime
from callsvc.studio.counting import count_paths
from ivr_flows.library import flow_text
from tests.factories import campaign_file, make_contact, make_country
from tests.webhooks.test_transferring import FLOW

PASSWORD = "a long enough password"
TESTER = "+33639980017"  # who expects the call; the person whose data is heard has another number
OWN_NUMBER = "+33639980099"
TARGETS = {"human": ("+33199000067", "spoken"), "busy": ("+33199000068", "busy")}
NOBODY = ("+33199000069", "nobody")
NEEDED = {"redis", "web", "simulator", "worker-dialing", "worker-handover", "worker-messages", "ticker"}


def people() -> list[dict[str, Any]]:
    tester = {
        "number": TESTER,
        "answers": "human",
        "ring": 2.0,
        "replies": [
            {"hears": "right person, press 2", "press": "1", "after": 1.0},
            {"hears": "year of birth", "press": "1971", "after": 1.0},
            {"hears": "no symptoms, press 2", "press": "2", "after": 1.0},
        ],
    }
    targets = [
        {"number": number, "answers": answers, "ring": 2.0, "hangs_up": {"after": 5}}
        for answers, (number, _) in TARGETS.items()
    ]
    absent = {"number": NOBODY[0], "answers": "no-answer"}
    callers = [
        {"number": f"+3363998020{place}", "answers": "human", "patience": 600, "replies": []}
        for place in range(3)
    ]
    return [tester, *targets, absent, *callers]


@contextmanager
def stack_at(directory: Path) -> Iterator[tuple[RunningStack, Runtime]]:
    extra = {"CALLSVC_CALLS_PER_SECOND": "5", "SIMULATOR_CPS": "5"}
    with running_stack(directory, speed=20.0, extra=extra, only=NEEDED) as stack:
        rt = stack.runtime()
        try:
            sent = requests.post(f"{stack.simulator_url}/_simulator/people", json=people(), timeout=5)
            assert sent.ok, sent.text
            yield stack, rt
        finally:
            rt.db.engine.dispose()


def until(true: Callable[[], bool], within_s: float = 30.0) -> bool:
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while time.monotonic() < deadline:
        if true():
            return True
        pause.wait(0.1)
    return False


class Console:
    """An administrator's browser: signs in, fills in forms."""

    def __init__(self, url: str) -> None:
        self.url, self.http = url, requests.Session()

    def post(self, path: str, **sent: str) -> requests.Response:
        page = self.http.get(self.url + path, timeout=10).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page[:400]
        return self.http.post(
            self.url + path, data={"csrf_token": token[1], **sent}, timeout=10, allow_redirects=False
        )


def outcomes(rt: Runtime) -> list[str | None]:
    with rt.db.read() as tx:
        return [row.outcome for row in tx.all(sa.select(flow_session).order_by(flow_session.c.started_at))]


@pytest.mark.enable_socket
@pytest.mark.xdist_group("stack")
def test_a_flow_is_tried_on_a_telephone_and_calls_are_transferred(tmp_path: Path) -> None:
    with stack_at(tmp_path) as (stack, rt):
        try_with_somebodys_data(stack, rt)
        transfer_to_each_target(stack, rt)
        result = audit_carrier(rt, fetch_ledger(stack.simulator_url), final=True)
        assert result.passed, result.as_text()


def try_with_somebodys_data(stack: RunningStack, rt: Runtime) -> None:
    add_account(rt, "ana@example.org", password=PASSWORD, role="administrator", regions=("*",))
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, flow_text("contact-tracing"), "test")
    apply_campaign(rt, campaign_file(), "test")
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, OWN_NUMBER, language="en", birth_year=1971)])
    ana = Console(stack.web_url)
    signed_in = ana.post("/console/sign-in", email="ana@example.org", password=PASSWORD)
    assert signed_in.status_code == 302, signed_in.text
    call = "/console/flows/contact-tracing/call"
    asked = ana.post(call, number=TESTER, platform="67", campaign="tracing", who="any")
    assert asked.status_code == 302, asked.text
    assert until(lambda: outcomes(rt) == ["reached"]), (outcomes(rt), stack.log("web", 5))
    assert until(lambda: _over(rt))
    count_paths(rt)
    with rt.db.read() as tx:
        assert tx.all(sa.select(metric_event)) == [] and tx.all(sa.select(flow_step_count)) == []
    assert OWN_NUMBER not in {fact.to for fact in fetch_ledger(stack.simulator_url).calls}


def _over(rt: Runtime) -> bool:
    """Every leg has ended and no number is guarded any more."""
    with rt.db.read() as tx:
        open_legs = tx.scalar(sa.select(sa.func.count()).select_from(leg).where(leg.c.ended_at.is_(None)))
        return not open_legs and tx.first(sa.select(live_call)) is None


def _ended_as(rt: Runtime, wanted: list[str | None]) -> bool:
    return outcomes(rt) == wanted


def transfer_to_each_target(stack: RunningStack, rt: Runtime) -> None:
    begun, ends = len(outcomes(rt)), (*TARGETS.values(), NOBODY)
    for place, (number, _) in enumerate(ends):
        text = f'targets: [{{name: samu, title: SAMU, number: "{number}"}}]'
        apply_directory(rt, read_directory(text), "test")
        with rt.db.begin() as tx:
            publish(tx, FLOW, "test")
        ring = {"from": f"+3363998020{place}", "to": rt.settings.callsvc_caller_id}
        called = requests.post(f"{stack.simulator_url}/_simulator/calls", json=ring, timeout=5)
        assert called.ok, called.text
        wanted = [*outcomes(rt)[:begun], *(end for _, end in ends[: place + 1])]
        assert until(partial(_ended_as, rt, wanted)), (outcomes(rt), stack.log("web", 5))
    assert until(lambda: _over(rt))
    with rt.db.read() as tx:
        rows = tx.all(sa.select(leg).where(leg.c.role == "transfer").order_by(leg.c.planned_at))
        counted = {row.subject for row in tx.all(sa.select(metric_event))}
    assert [row.status for row in rows] == ["completed", "busy", "no-answer"]
    assert all(row.placement == "placed" for row in rows) and not counted & {row.id for row in rows}
