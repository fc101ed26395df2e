"""Budgets of a day: exact at the claim however many race for the last place, and settled by the bill."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.tables import campaign_contact, campaign_day
from callsvc.carrier.port import Throttled
from callsvc.core.clock import MachineClock
from callsvc.core.ids import RandomIds
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.facts import candidates
from callsvc.dialing.planning import _plan_people
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, places, start_campaign

NUMBERS = [f"+3363998{number:04d}" for number in range(1, 25)]


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


def test_the_bill_replaces_the_estimate(rt: Runtime) -> None:
    budget = {"minutes_a_day": 60, "expected_s": 90, "tariffs": "FR:mobile=0.04,*=0.5"}
    start_campaign(rt, NUMBERS[0], file=campaign_file(budget=budget))
    [leg_id] = _planned(rt)
    place_attempts(rt, [leg_id])
    assert _spent(rt) == (1, 120, 80_000)
    advance(rt, 200)
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(
            tx,
            leg_id,
            News(status="completed", at=tx.now, source="callback", carrier_time=True, duration_s=185),
        )
    assert _spent(rt) == (1, 240, 160_000)


def test_a_call_proven_not_placed_costs_nothing_and_makes_room(rt: Runtime) -> None:
    start_campaign(rt, *NUMBERS[:2], file=campaign_file(most_calls_a_day=1))
    first, second = _planned(rt)
    rt.carrier.fail_next(Throttled("slow down"))  # type: ignore[attr-defined]
    place_attempts(rt, [first])
    assert _spent(rt) == (0, 0, 0)
    place_attempts(rt, [second])
    assert len(rt.carrier.calls) == 1  # type: ignore[attr-defined]


def test_euros_are_spent_by_the_kind_and_territory_of_the_number(rt: Runtime) -> None:
    budget = {"euros_a_day": 0.5, "expected_s": 60, "tariffs": "FR:mobile=0.3,*=9"}
    start_campaign(rt, *NUMBERS[:3], file=campaign_file(budget=budget))
    place_attempts(rt, _planned(rt))
    assert len(rt.carrier.calls) == 1 and _spent(rt)[2] == 300_000  # type: ignore[attr-defined]
    with rt.db.read() as tx:
        found: Any = candidates(
            tx, config_of(campaign_row(tx, "tracing")), "running", [places(rt)[2].contact_id]
        )
        assert next(iter(found.values()))[0].facts.spending.exhausted
        reasons = tx.all(sa.select(leg.c.reasons).where(leg.c.placement == "refused"))
    assert {row.reasons for row in reasons} == {"budget-spent"}
