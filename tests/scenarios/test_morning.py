"""A small morning through real processes: simulated people, real HTTP, a clock sixty times as fast.

The same morning is lived in peace, and with every process killed in turn and Redis emptied. Both times the
audit must find the books of both sides equal, and everybody must have an outcome.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from redis import Redis

from callsvc.audit.carrier import audit_carrier
from callsvc.audit.ledger import fetch_ledger
from callsvc.calls.tables import leg
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.errors import Conflict
from callsvc.demo.country import found_country, hire_agents, softphones
from callsvc.demo.dataset import make_dataset
from callsvc.demo.desks import Desks
from callsvc.demo.ending import still_open
from callsvc.processes.running import RunningStack, running_stack
from callsvc.routing.tables import reservation
from callsvc.runtime import Runtime
from tests.conftest import postgres_server
from tests.factories import campaign_file, make_contact, publish_library

PEOPLE = 60
SPEED = 40.0
NAME = "Si vous êtes"
FAST = {
    "CALLSVC_CALLS_PER_SECOND": "1",
    "CALLSVC_CLIENT_TIMEOUT_S": "2",
    "CALLSVC_SETTLE_S": "3",
    "CALLSVC_LEASE_S": "3",
    "CALLSVC_RECONCILE_S": "5",
    "SIMULATOR_CPS": "5",
}


def _person(place: int) -> dict[str, Any]:
    """Two in five ask for a person, one texts STOP, one opts out by key, some are not there."""
    wish = {0: "3", 1: "3", 2: "2", 3: "2", 4: "9"}[place % 5]
    replies = [
        {"hears": "automatiques, tapez 9", "press": "9", "after": 1.0}
        if wish == "9"
        else {"hears": NAME, "press": "1", "after": 1.0},
        {"hears": "année de naissance", "press": "1980", "after": 1.5},
        {"hears": f"tapez {wish}", "press": wish, "after": 1.5},
    ]
    answers: Any = "human"
    for every, kind in ((17, "machine"), (13, "no-answer"), (11, ["busy", "human"])):
        answers = kind if place % every == 0 else answers
    texts = [{"on": "sms", "body": "STOP", "after": 20.0, "times": 1}] if place % 10 == 2 else []
    return {
        "number": f"+3363998{place:04d}",
        "answers": answers,
        "ring": 5.0,
        "greeting": 5.0,
        "patience": 300,
        "replies": replies,
        "texts": texts,
    }


def _set_up(stack: RunningStack, rt: Runtime) -> Desks:
    found_country(rt)
    everybody = make_dataset().agents
    agents = [agent for agent in everybody if agent.region == "44"][:2]
    agents += [agent for agent in everybody if agent.region == "11"][:6]
    desks = hire_agents(rt, agents, "a long enough password")
    publish_library(rt, "contact-tracing", "front-desk")
    file = campaign_file(
        pacing={"calls_per_second": 0.5, "most_live": 40},
        retries={
            "most_tries": 2,
            "redial_lock_minutes": 0.5,
            "default_minutes": 1,
            "delays_minutes": {"failed": 0.5},
        },
        caps={"per_number_24h": 6},
    )
    apply_campaign(rt, file, "test")
    people = [_person(place) for place in range(PEOPLE)]
    with rt.db.begin() as tx:
        ids = [make_contact(tx, person["number"]) for person in people]
        add_contacts(tx, file.id, ids)
    url = f"{stack.simulator_url}/_simulator/people"
    requests.post(url, json=[*people, *softphones(agents)], timeout=5).raise_for_status()
    return Desks(stack.web_url, stack.stream_url, desks, speed=SPEED, seed=7)


def _until(true: Callable[[], bool], within_s: float) -> bool:
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while time.monotonic() < deadline:
        if true():
            return True
        pause.wait(0.2)
    return False


def _open(rt: Runtime) -> dict[str, int]:
    with rt.db.read() as tx:
        return dict(still_open(tx))


@contextmanager
def _morning(directory: Path, extra: dict[str, str]) -> Iterator[tuple[RunningStack, Runtime]]:
    """Everything started and calling; at the end, at rest or not."""
    with running_stack(directory, speed=SPEED, extra=FAST | extra) as stack:
        rt = stack.runtime()
        desks = _set_up(stack, rt)
        desks.start()
        change_state(rt, "tracing", "start", "test")
        try:
            yield stack, rt
        finally:
            desks.stop()
            rt.db.engine.dispose()


def _judge(stack: RunningStack, rt: Runtime) -> None:
    assert _until(lambda: _all_done(rt), 120), _open(rt)
    with suppress(Conflict):  # completed by itself, when nobody was promised a call for later
        change_state(rt, "tracing", "stop", "test")
    requests.post(f"{stack.simulator_url}/_simulator/people/quiet", timeout=5).raise_for_status()
    rested = _until(lambda: not _open(rt), 60)
    assert rested, f"still open: {_open(rt)}; {stack.log('ticker', 5)} {stack.log('web', 5)}"
    result = audit_carrier(rt, fetch_ledger(stack.simulator_url), final=True)
    assert result.passed, result.as_text()
    with rt.db.read() as tx:
        outcomes = tx.all(sa.select(campaign_contact.c.outcome))
        connected = tx.all(sa.select(reservation.c.agent_region).where(reservation.c.bridged_at.is_not(None)))
        assert tx.scalar(sa.select(campaign.c.state)) in ("completed", "stopped")
    assert len(outcomes) == PEOPLE and all(row.outcome for row in outcomes)
    assert sum(row.outcome == "opted-out" for row in outcomes) >= 5
    assert len(connected) >= 10 and {row.agent_region for row in connected} == {"44", "11"}


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A fresh database on the test session's own PostgreSQL server."""
    with postgres_server() as url:
        yield url


@pytest.mark.xdist_group("stack")
def test_a_small_morning_on_postgresql_balances_its_books(tmp_path: Path, postgres_url: str) -> None:
    with _morning(tmp_path, {"DATABASE_URL": postgres_url}) as (stack, rt):
        _judge(stack, rt)


@pytest.mark.xdist_group("stack")
def test_a_small_morning_balances_its_books_whatever_is_killed(tmp_path: Path) -> None:
    """Every process dies once, two seconds apart, and Redis forgets everything."""
    with _morning(tmp_path, {}) as (stack, rt):
        assert _until(lambda: _placed(rt) >= 5, 30)
        victims = sorted(stack.pids())
        for name in victims:
            before = stack.pids()[name]
            os.kill(before, signal.SIGKILL)
            assert _until(lambda: stack.pids().get(name, before) != before, 15), f"{name} did not come back"  # noqa: B023
        Redis.from_url(stack.redis_url).flushall()
        assert len(victims) == 11
        _judge(stack, rt)
    _nobody_is_named(tmp_path)


def _nobody_is_named(directory: Path) -> None:
    """No number and no name stands in our database file, in Redis's or in a log; at the carrier's it does."""
    places = [path for path in directory.rglob("*") if path.is_file() and "simulator" not in path.parts]
    assert {path.suffix for path in places} >= {".db", ".log", ".aof"}
    for path in places:
        content = path.read_bytes()
        for place in range(PEOPLE):
            digits = f"63998{place:04d}".encode()
            assert digits not in content, f"{path.name} names a number"
        assert b"Camille" not in content, f"{path.name} names a person"
    assert any(b"63998" in path.read_bytes() for path in (directory / "simulator").iterdir())


def _all_done(rt: Runtime) -> bool:
    """Everybody has an outcome; a callback an agent promised for later is one."""
    with rt.db.read() as tx:
        return not tx.first(sa.select(campaign_contact.c.id).where(campaign_contact.c.status != "done"))


def _placed(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(sa.func.count()).select_from(leg).where(leg.c.placement == "placed")))
