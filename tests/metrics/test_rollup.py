"""The roll-ups equal what an independent, naive count of the raw events says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.core.db import Tx
from callsvc.metrics import rollup
from callsvc.metrics.queries import Period, aid, volume
from callsvc.metrics.rollup import roll_up
from callsvc.metrics.rules import figures
from callsvc.metrics.tables import metric_event, metric_rollup, rollup_progress
from callsvc.platforms.tables import region
from callsvc.runtime import Runtime

START = datetime(2020, 10, 24, 22, 0, tzinfo=UTC)  # the night on which clocks go back
REGIONS = ("44", "04", "11")

seconds = st.floats(0, 60).map(lambda value: round(value, 1))
codes = st.sampled_from(REGIONS)
facts_by_name: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "attempt-placed": st.just({}),
    "attempt-not-placed": st.just({"placement": "refused"}),
    "attempt-answered": st.just({}),
    "attempt-ended": st.fixed_dictionaries({"answered": st.booleans(), "machine": st.booleans()}),
    "call-received": st.fixed_dictionaries({"repeat": st.booleans()}),
    "entry-queued": st.just({"skill": "tracing"}),
    "entry-connected": st.fixed_dictionaries(
        {"waited_s": seconds, "agent_region": codes, "overflow": st.booleans()}
    ),
    "entry-left": st.fixed_dictionaries(
        {
            "how": st.sampled_from(["connected", "hung-up", "callback", "closed", "unavailable"]),
            "waited_s": seconds,
        }
    ),
    "conversation-ended": st.fixed_dictionaries({"talk_s": seconds}),
    "wrap-up-ended": st.fixed_dictionaries({"handle_s": seconds}),
    "contact-finished": st.just({"outcome": "reached"}),
    "contact-reached": st.just({"outcome": "reached"}),
    "something-new": st.just({}),
}
one_event = st.sampled_from(sorted(facts_by_name)).flatmap(
    lambda name: st.fixed_dictionaries(
        {
            "name": st.just(name),
            "at": st.integers(0, 6 * 3600).map(lambda after: START + timedelta(seconds=after)),
            "region_code": codes,
            "campaign_id": st.sampled_from(["", "tracing"]),
            "facts": facts_by_name[name],
        }
    )
)


def store(tx: Tx, events: list[dict[str, Any]], first: int = 0) -> None:
    for number, event in enumerate(events, start=first):
        tx.insert(metric_event, subject=f"s{number}", **event)


def naive(events: list[dict[str, Any]]) -> dict[str, float | None]:
    """Every figure again, from the words of docs/metrics.md, sharing no code with the service."""

    def of(name: str) -> list[dict[str, Any]]:
        return [event["facts"] for event in events if event["name"] == name]

    def share(part: float, whole: float) -> float | None:
        return part / whole if whole else None

    answered = [e for e in of("attempt-ended") if e["answered"]]
    people = sum(not e["machine"] for e in answered)
    connected, left = of("entry-connected"), [e for e in of("entry-left") if e["how"] != "callback"]
    abandoned = [e for e in left if e["how"] == "hung-up"]
    received, repeats = of("call-received"), [e for e in of("call-received") if e["repeat"]]
    in_time = sum(e["waited_s"] <= 20 for e in connected)
    return {
        "attempts": len(of("attempt-placed")),
        "answered": len(answered),
        "people": people,
        "machines": len(answered) - people,
        "contact_rate": share(people, len(of("attempt-ended"))),
        "finished": len(of("contact-finished")),
        "reached": len(of("contact-reached")),
        "reach_rate": share(len(of("contact-reached")), len(of("contact-finished"))),
        "received": len(received),
        "repeat_calls": len(repeats),
        "repeat_rate": share(len(repeats), len(received)),
        "queued": len(of("entry-queued")),
        "connected": len(connected),
        "overflow": sum(e["overflow"] for e in connected),
        "abandoned": len(abandoned),
        "answer_rate": share(len(connected), len(left)),
        "abandonment_rate": share(len(abandoned), len(left)),
        "service_level": share(in_time, len(connected) + len(abandoned)),
        "mean_speed_of_answer_s": share(sum(e["waited_s"] for e in connected), len(connected)),
        "mean_handle_time_s": share(
            sum(e["handle_s"] for e in of("wrap-up-ended")), len(of("wrap-up-ended"))
        ),
        "mean_talk_time_s": share(
            sum(e["talk_s"] for e in of("conversation-ended")), len(of("conversation-ended"))
        ),
    }


def clear(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        for table in (metric_event, metric_rollup, rollup_progress, region):
            tx.execute(table.delete())
        for code, zone in (("44", "Europe/Paris"), ("04", "Indian/Reunion"), ("11", "Europe/Paris")):
            tx.insert(region, code=code, name=code, zone=zone)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(one_event, max_size=60), batch=st.sampled_from([1, 7, 5000]))
def test_reports_equal_a_naive_count_of_the_raw_events(
    rt: Runtime, events: list[dict[str, Any]], batch: int
) -> None:
    clear(rt)
    half = len(events) // 2
    with rt.db.begin() as tx:
        store(tx, events[:half])
    rollup.BATCH = batch
    roll_up(rt)
    with rt.db.begin() as tx:
        store(tx, events[half:], first=half)
    assert roll_up(rt) == len(events) - half
    assert roll_up(rt) == 0
    with rt.db.read() as tx:
        whole = volume(tx, Period())
        only = volume(tx, Period(region="04", campaign="tracing"))
        matrix = aid(tx, Period())
    assert whole.total.figures == pytest.approx(naive(events))
    mine = [e for e in events if e["region_code"] == "04" and e["campaign_id"] == "tracing"]
    assert only.total.figures == pytest.approx(naive(mine))
    for line in whole.by_interval:
        assert line.start is not None
        inside = [
            e
            for e in events
            if e["region_code"] == line.region
            and line.start.astimezone(UTC) <= e["at"] < line.start.astimezone(UTC) + timedelta(minutes=15)
        ]
        assert line.figures == pytest.approx(naive(inside))
    connected = [e for e in events if e["name"] == "entry-connected"]
    pairs = {(e["region_code"], e["facts"]["agent_region"]) for e in connected}
    assert matrix == {
        pair: sum((e["region_code"], e["facts"]["agent_region"]) == pair for e in connected) for pair in pairs
    }


def test_a_crash_between_two_batches_loses_and_doubles_nothing(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear(rt)
    events = [
        {"name": "attempt-placed", "at": START, "region_code": "44", "campaign_id": "", "facts": {}}
        for _ in range(10)
    ]
    with rt.db.begin() as tx:
        store(tx, events)
    monkeypatch.setattr(rollup, "BATCH", 4)
    real, calls = rollup._add, []

    def dies_in_the_second_batch(*arguments: Any) -> None:
        calls.append(1)
        real(*arguments)
        if len(calls) == 2:
            raise RuntimeError("killed after the sums, before the commit")

    monkeypatch.setattr(rollup, "_add", dies_in_the_second_batch)
    with pytest.raises(RuntimeError):
        roll_up(rt)
    assert roll_up(rt) == 6
    with rt.db.read() as tx:
        assert tx.scalar(sa.select(sa.func.sum(metric_rollup.c.value))) == 10


def test_an_event_committed_late_with_a_lower_ordinal_is_not_lost(rt: Runtime) -> None:
    """On PostgreSQL the roll-up waits for writers under way, and gives up for now rather than skip one."""
    clear(rt)
    event = {"name": "attempt-placed", "at": START, "region_code": "44", "campaign_id": "", "facts": {}}
    if rt.db.dialect == "postgresql":
        with rt.db.begin() as slow:
            store(slow, [event])
            with rt.db.begin() as quick:
                store(quick, [event], first=1)
            assert roll_up(rt) == 0
        assert roll_up(rt) == 2
    else:
        with rt.db.begin() as tx:
            store(tx, [event])
        assert roll_up(rt) == 1


def test_intervals_are_shown_in_the_regions_own_time(rt: Runtime) -> None:
    clear(rt)
    with rt.db.begin() as tx:
        for number, code in enumerate(("44", "04")):
            store(
                tx,
                [
                    {
                        "name": "attempt-placed",
                        "at": datetime(2020, 11, 16, 9, 14, 59, tzinfo=UTC),
                        "region_code": code,
                        "campaign_id": "",
                        "facts": {},
                    }
                ],
                first=number,
            )
    roll_up(rt)
    with rt.db.read() as tx:
        shown = {line.region: line.start for line in volume(tx, Period()).by_interval}
    assert {code: f"{start:%H:%M}" for code, start in shown.items() if start} == {
        "44": "10:00",
        "04": "13:00",
    }


def test_the_worked_example_of_service_level() -> None:
    sums = {
        "connected": 1000.0,
        "abandoned": 60.0,
        "connected_in_time": 860.0,
        "abandoned_in_time": 20.0,
        "abandoned_short": 10.0,
    }
    levels = {variant: figures(sums, variant)["service_level"] for variant in ("V1", "V2", "V3", "V4", "V5")}
    assert {variant: round(100 * (level or 0)) for variant, level in levels.items()} == {
        "V1": 81,
        "V2": 86,
        "V3": 83,
        "V4": 83,
        "V5": 83,
    }
