"""A campaign is played on a stage: its own flow, invented people, a carrier of its own, and nothing else."""

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.campaigns.service import add_contacts
from callsvc.core.db import metadata
from callsvc.core.errors import Conflict, Invalid, Unavailable
from callsvc.dialing.rehearsing import (
    ask_for_rehearsals,
    rehearsals_of,
    rehearse,
    shared_out,
    strata_of,
    take_rehearsal,
)
from callsvc.rehearsal.running import run_rehearsals
from callsvc.rehearsal.stage import stage
from callsvc.runtime import Runtime
from callsvc.simulator.testing import RunningSimulator
from tests.factories import advance, campaign_file, make_contact, start_campaign

_OTHERS = "callback-booked suppressed uncallable unavailable closed survey-answered acknowledged"
NOON = datetime(2020, 11, 16, 12, tzinfo=UTC)
REAL_CARRIER = "https://api.carrier.example"
pytestmark = pytest.mark.enable_socket


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that anything in this process connects to."""
    seen: list[Any] = []
    connect = socket.socket.connect

    def note(self: socket.socket, address: Any) -> None:
        seen.append(address)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", note)
    return seen


def with_real_carrier(rt: Runtime) -> Runtime:
    settings = rt.settings.model_copy(
        update={
            "twilio_api_base_url": REAL_CARRIER,
            "callsvc_caller_id": "",
            "callsvc_flow_hosts": "example.org",
        }
    )
    return replace(rt, settings=settings)


def books(rt: Runtime) -> dict[str, int]:
    with rt.db.read() as tx:
        return {
            table.name: tx.scalar(sa.select(sa.func.count()).select_from(table))
            for table in metadata.sorted_tables
            if table.name != "rehearsal"
        }


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_rehearsal_plays_the_flow_and_reaches_nobody(rt: Runtime, addresses: list[Any]) -> None:
    start_campaign(rt, "+33639987001", "+33639987002", file=campaign_file(retries={"most_tries": 2}))
    with rt.db.begin() as tx:
        island = make_contact(
            tx, "+33639987003", region_code="04", platform_code="974", zone="Indian/Reunion", language="en"
        )
        add_contacts(tx, "tracing", [island])
    real = with_real_carrier(rt)
    before = books(rt)
    rehearsal_id = rehearse(real, "tracing", 9, by="test")
    run_rehearsals(real, [rehearsal_id])
    with rt.db.read() as tx:
        [row] = rehearsals_of(tx, "tracing")
    report = row.report
    assert (row.status, row.problem) == ("completed", "")
    assert report["people"] == 9 == sum(report["outcomes"].values()) and report["finished"]
    assert {(one["language"], one["people"]) for one in report["strata"]} == {("fr", 6), ("en", 3)}
    assert report["calls"] >= 9 and report["mean_call_s"] > 5
    began = next(step for step in report["steps"] if step["entered"])
    assert (
        report["for_agents"]
        == sum(one["entered"] for one in report["steps"] if one["step"] == "to_agent")
        > 0
    )
    assert began["mean_s"] is not None and 0 < began["mean_s"] < 120
    assert set(report["outcomes"]) <= KNOWN and not {"crashed", "not-over-in-time"} & set(report["problems"])
    # Nobody real was reached, named or changed.
    assert {address[0] for address in addresses if isinstance(address, tuple)} <= {"127.0.0.1"}
    assert books(rt) == before and not rt.carrier.calls  # type: ignore[attr-defined]
    assert "6399870" not in json.dumps(report) and "Essai" not in json.dumps(report)


KNOWN = frozenset(f"reached connected not-reached opted-out wrong-person refused {_OTHERS}".split())


def test_a_stage_with_another_carrier_is_not_opened(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = property(lambda _: REAL_CARRIER, lambda _self, _address: None)
    monkeypatch.setattr(RunningSimulator, "address", elsewhere, raising=False)
    with pytest.raises(Unavailable, match="rehearsal-not-on-loopback"), stage(rt.settings, NOON):
        pass


def test_one_at_a_time_of_a_reasonable_size(rt: Runtime) -> None:
    start_campaign(rt)
    with pytest.raises(Invalid, match="rehearsal-too-large"):
        rehearse(rt, "tracing", 101, by="test")
    first = rehearse(rt, "tracing", 3, by="test")
    with pytest.raises(Conflict, match="rehearsal-under-way"):
        rehearse(rt, "tracing", 3, by="test")
    assert [(job, ids) for job, ids in rt.jobs.take() if job == "rehearse"] == [("rehearse", (first,))]  # type: ignore[attr-defined]


def test_one_whose_job_was_lost_is_asked_for_again_and_one_whose_stage_died_has_failed(rt: Runtime) -> None:
    start_campaign(rt)
    rehearsal_id = rehearse(rt, "tracing", 3, by="test")
    rt.jobs.take()  # type: ignore[attr-defined]
    ask_for_rehearsals(rt)
    assert ("rehearse", (rehearsal_id,)) in rt.jobs.take()  # type: ignore[attr-defined]
    with rt.db.begin() as tx:
        assert take_rehearsal(tx, rehearsal_id) and not take_rehearsal(tx, rehearsal_id)
    advance(rt, 601)
    ask_for_rehearsals(rt)
    with rt.db.read() as tx:
        assert [(row.status, row.problem) for row in rehearsals_of(tx, "tracing")] == [
            ("failed", "stage-died")
        ]


def test_the_sample_is_the_list_in_small(rt: Runtime) -> None:
    start_campaign(rt, *(f"+3363998700{n}" for n in range(6)))
    with rt.db.begin() as tx:
        more = [make_contact(tx, f"+3363998710{n}", language="en", kind="fixed") for n in range(3)]
        add_contacts(tx, "tracing", more)
    with rt.db.read() as tx:
        strata = strata_of(tx, "tracing", 6)
        assert tx.all(sa.select(leg.c.id)) == []
    assert [(one.language, one.kind, one.people) for one in strata] == [
        ("fr", "mobile", 4),
        ("en", "fixed", 2),
    ]
    assert shared_out([1, 1, 1], 2) == [1, 1, 0] and shared_out([], 3) == []
