"""Budgets of a day: exact at the claim however many race for the last place, and settled by the bill."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as wanted
from hypothesis import strategies as st

from callsvc.calls.events import LegNotPlaced, LegRevived
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign_contact, campaign_day
from callsvc.carrier.port import Throttled
from callsvc.core.clock import MachineClock
from callsvc.core.db import connect
from callsvc.core.ids import RandomIds
from callsvc.core.settings import Settings
from callsvc.dialing.budgets import LONGEST_CALL_S, give_back, take_again
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.facts import candidates
from callsvc.dialing.planning import _plan_people, plan_calls
from callsvc.messages.sending import send_messages
from callsvc.runtime import Runtime
from tests.conftest import stopped_world
from tests.factories import advance, campaign_file, places, start_campaign
from tests.machines import fresh_file

NUMBERS = [f"+3363998{number:04d}" for number in range(1, 25)]


@pytest.fixture
def automatic() -> Iterator[None]:
    """Flows as if none of them led to a person: all those of the library can."""
    with mock.patch("callsvc.dialing.budgets.meets_people", return_value=False):
        yield


def _planned(rt: Runtime) -> list[str]:
    """Everybody planned at once, as if no planner had looked at the budget."""
    with rt.db.begin() as tx:
        config = config_of(campaign_row(tx, "tracing"))
        rows = tx.all(sa.select(campaign_contact).order_by(campaign_contact.c.id))
        return _plan_people(tx, config, "tracing", rows, len(rows))


def _spent(rt: Runtime) -> tuple[int, int, int]:
    with rt.db.read() as tx:
        row = tx.first(sa.select(campaign_day))
    return (row.calls, row.seconds, row.micro_euros) if row else (0, 0, 0)


def test_eight_diallers_racing_for_the_last_calls_of_a_day_never_pass_the_budget(rt: Runtime) -> None:
    rt.db.ids = RandomIds(MachineClock())
    start_campaign(rt, *NUMBERS, file=campaign_file(most_calls_a_day=5))
    leg_ids = _planned(rt)
    assert len(leg_ids) == len(NUMBERS)
    orders = [leg_ids[start:] + leg_ids[:start] for start in range(0, 24, 3)]
    with ThreadPoolExecutor(len(orders)) as pool:
        for done in [pool.submit(place_attempts, rt, ids) for ids in orders]:
            done.result()
    assert len(rt.carrier.calls) == 5 and _spent(rt)[0] == 5  # type: ignore[attr-defined]
    refused = [row for row in places(rt) if row.status == "waiting"]
    with rt.db.read() as tx:
        midnight = tx.now.replace(hour=23, minute=0)
    assert len(refused) == 19 and {row.next_try_at for row in refused} == {
        midnight + timedelta(hours=8)  # of Paris, and then the window opens
    }


@pytest.mark.usefixtures("automatic")
def test_the_bill_replaces_the_estimate(rt: Runtime) -> None:
    budget = {"minutes_a_day": 60, "longest_s": 150, "tariffs": "FR:mobile=0.04,*=0.5"}
    start_campaign(rt, NUMBERS[0], file=campaign_file(budget=budget))
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    assert _spent(rt) == (1, 120, 80_000)
    [order] = rt.carrier.orders.values()  # type: ignore[attr-defined]
    assert order.time_limit_s == 115  # and a moment more is not a third minute
    advance(rt, 200)
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(
            tx,
            leg_id,
            News(status="completed", at=tx.now, source="callback", carrier_time=True, duration_s=185),
        )
    assert _spent(rt) == (1, 240, 160_000)


def test_a_budget_ends_no_conversation_and_what_it_takes_beyond_its_share_calls_nobody_else(
    rt: Runtime,
) -> None:
    budget = {"minutes_a_day": 4, "longest_s": 120}
    start_campaign(rt, *NUMBERS[:3], file=campaign_file(budget=budget))
    first, second, third = _planned(rt)
    place_attempts(rt, [first])
    [order] = rt.carrier.orders.values()  # type: ignore[attr-defined]
    assert order.time_limit_s == LONGEST_CALL_S and _spent(rt)[1] == 120
    with rt.db.begin() as tx:
        lock_leg(tx, first)
        record_status(tx, first, News(status="in-progress", at=tx.now, source="callback", carrier_time=True))
    advance(rt, 130)
    place_attempts(rt, [second])
    assert _placement(rt, second) == "refused" and _spent(rt)[1] == 180
    advance(rt, 600)
    place_attempts(rt, [third])
    assert _placement(rt, third) == "refused" and _spent(rt)[1] == 13 * 60
    _ends(rt, first, 731)
    assert _spent(rt)[1] == 13 * 60 and _held(rt) == 0


def _held(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(campaign_day.c.held_seconds)))


def test_a_call_proven_not_placed_costs_nothing_and_makes_room(rt: Runtime) -> None:
    start_campaign(rt, *NUMBERS[:2], file=campaign_file(most_calls_a_day=1))
    first, second = _planned(rt)
    rt.carrier.fail_next(Throttled("slow down"))  # type: ignore[attr-defined]
    place_attempts(rt, [first])
    assert _spent(rt) == (0, 0, 0)
    place_attempts(rt, [second])
    assert len(rt.carrier.calls) == 1  # type: ignore[attr-defined]


def test_euros_are_spent_by_the_kind_and_territory_of_the_number(rt: Runtime) -> None:
    budget = {"euros_a_day": 0.5, "longest_s": 60, "tariffs": "FR:mobile=0.3,*=9"}
    start_campaign(rt, *NUMBERS[:3], file=campaign_file(budget=budget))
    place_attempts(rt, _planned(rt))
    assert len(rt.carrier.calls) == 1 and _spent(rt)[2] == 300_000  # type: ignore[attr-defined]
    with rt.db.read() as tx:
        found: Any = candidates(
            tx, config_of(campaign_row(tx, "tracing")), "running", [places(rt)[2].contact_id]
        )
        assert next(iter(found.values()))[0].facts.spending.in_hand
        reasons = tx.all(sa.select(leg.c.reasons).where(leg.c.placement == "refused"))
    assert {row.reasons for row in reasons} == {"budget-in-hand"}


def _ends(rt: Runtime, leg_id: str, seconds: int) -> None:
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        news = {"source": "callback", "carrier_time": True, "duration_s": seconds}
        record_status(tx, leg_id, News(status="completed", at=tx.now, **news))


def test_what_is_held_for_calls_under_way_is_lent_not_spent_and_the_next_one_waits_minutes_not_a_day(
    rt: Runtime,
) -> None:
    budget = {"minutes_a_day": 5, "longest_s": 120}
    start_campaign(rt, *NUMBERS[:4], file=campaign_file(budget=budget))
    planned = _planned(rt)
    place_attempts(rt, planned)
    assert len(rt.carrier.calls) == 2 and _spent(rt)[1] == 240  # type: ignore[attr-defined]
    waiting = [place for place in places(rt) if place.status == "waiting"]
    assert {place.next_try_at for place in waiting} == {rt.clock.now() + timedelta(minutes=2)}
    placed = [one for one in planned if _placement(rt, one) == "placed"]
    for leg_id in placed:
        _ends(rt, leg_id, 30)
    assert _spent(rt)[1] == 120
    advance(rt, 121)
    plan_calls(rt)
    again = [one for job, ids in rt.jobs.take() if job == "place_calls" for one in ids]  # type: ignore[attr-defined]
    place_attempts(rt, again)
    assert len(rt.carrier.calls) == 3  # type: ignore[attr-defined]


def _placement(rt: Runtime, leg_id: str) -> str:
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(leg.c.placement).where(leg.c.id == leg_id)))


def test_a_call_that_the_carrier_denied_and_had_is_held_for_again(rt: Runtime) -> None:
    start_campaign(rt, NUMBERS[0], file=campaign_file(budget={"minutes_a_day": 10, "longest_s": 300}))
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    number: Any = {"leg_id": leg_id, "call_id": "", "direction": "outbound", "role": "contact"}
    with rt.db.begin() as tx:
        give_back(tx, LegNotPlaced(**number, placement="not-placed", reasons="", at=tx.now))
    assert _spent(rt) == (0, 0, 0)
    with rt.db.begin() as tx:
        take_again(tx, LegRevived(**number, at=tx.now))
    assert _spent(rt)[:2] == (1, 300)
    _ends(rt, leg_id, 61)
    assert _spent(rt)[:2] == (1, 120)


@pytest.mark.usefixtures("automatic")
@given(data=st.data())
@wanted(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_order_of_claims_ends_refusals_and_sms_passes_the_euros_of_a_day(
    sqlite_template: Path, tmp_path: Path, settings: Settings, data: st.DataObject
) -> None:
    """The oracle is the carrier: what it has let last, at the tariff, and what may last still."""
    path = fresh_file(sqlite_template, tmp_path / "example.db")
    rt = stopped_world(connect(f"sqlite:///{path}"), settings)
    euros = data.draw(st.sampled_from((0.5, 1.0, 2.3)))
    longest = data.draw(st.sampled_from((60, 150, 600)))
    budget = {"euros_a_day": euros, "longest_s": longest, "tariffs": f"FR:mobile={RATE},*=9"}
    fallback = {
        "sender": "+33199000199",
        "text": {"fr": "Nous avons cherché à vous joindre."},
        "after_tries": 1,
    }
    file = campaign_file(budget=budget, sms_fallback=fallback, sms={"prices": {"FR": 0.09}})
    start_campaign(rt, *NUMBERS[:12], file=file)
    planned, live = _planned(rt), list[str]()
    for _ in range(30):
        act = data.draw(st.sampled_from(("claim", "claim", "end", "text", "refuse", "later")))
        if act == "refuse":
            rt.carrier.fail_next(Throttled("slow down"))  # type: ignore[attr-defined]
        if act in ("claim", "refuse") and planned:
            place_attempts(rt, [planned[-1]])
            live += [planned[-1]] if _placement(rt, planned[-1]) == "placed" else []
            planned.pop()
        elif act == "end" and live:
            one = live.pop(data.draw(st.integers(0, len(live) - 1)))
            answered = data.draw(st.booleans())
            _ends(rt, one, data.draw(st.integers(0, _limit(rt, one))) if answered else 0)
        elif act == "later":
            advance(rt, 130)
            plan_calls(rt)
        for job, ids in rt.jobs.take():  # type: ignore[attr-defined]
            if job == "place_calls":
                planned += list(ids)
            elif job == "send_messages" and act == "text":
                send_messages(rt, list(ids))
        most = round(euros * 1_000_000)
        assert _spent(rt)[2] <= most and _at_the_carrier(rt, live) <= most
    rt.db.engine.dispose()


RATE = 0.04


def _limit(rt: Runtime, leg_id: str) -> int:
    return int(rt.carrier.orders[_sid(rt, leg_id)].time_limit_s)  # type: ignore[attr-defined]


def _sid(rt: Runtime, leg_id: str) -> str:
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(leg.c.sid).where(leg.c.id == leg_id)))


def _at_the_carrier(rt: Runtime, live: list[str]) -> int:
    """Micro-euros: calls that are over as they lasted, others as long as the carrier lets them, and SMS."""
    with rt.db.read() as tx:
        over = tx.all(sa.select(leg.c.duration_s).where(leg.c.duration_s.is_not(None)))
    minutes = sum(-(-row.duration_s // 60) for row in over) + sum(-(-_limit(rt, one) // 60) for one in live)
    return round(minutes * RATE * 1_000_000) + 90_000 * len(rt.carrier.messages)  # type: ignore[attr-defined]
