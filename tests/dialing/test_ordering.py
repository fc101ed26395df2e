"""The planner's queue on both databases: by index, in order, resting while put off, within the budget."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.service import add_contacts
from callsvc.campaigns.tables import campaign_contact, campaign_share
from callsvc.core.db import Tx
from callsvc.dialing import ordering
from callsvc.dialing.ordering import people_in_turn
from callsvc.dialing.planning import plan_calls
from callsvc.runtime import Runtime
from tests.dialing.test_due import _plan_of
from tests.factories import advance, campaign_file, make_contact, places, start_campaign

NUMBERS = [f"+3363998{number:04d}" for number in range(1, 9)]


def _in_turn(rt: Runtime, room: int = 10) -> list[str]:
    with rt.db.begin() as tx:
        config = config_of(campaign_row(tx, "tracing"))
        return [row.contact_id for row in people_in_turn(tx, config, "tracing", room)]


def _set(rt: Runtime, contact_id: str, **values: Any) -> None:
    with rt.db.begin() as tx:
        tx.update(campaign_contact, campaign_contact.c.contact_id == contact_id, **values)


def _resting(rt: Runtime) -> set[str]:
    return {row.contact_id for row in places(rt) if row.resting}


def test_the_front_of_each_region_is_read_from_an_index(rt: Runtime) -> None:
    start_campaign(rt, *NUMBERS)
    with rt.db.read() as tx:
        regions = tuple(row.code for row in tx.all(ordering._REGIONS))
        values = {"campaign_id": "tracing", "now": tx.now, "soon": tx.now + timedelta(hours=1), "room": 40}
    plan = _plan_of(rt, ordering._fronts(regions).params(**values))
    assert "ix_campaign_contact_turn" in plan and "ix_campaign_contact_call_by" in plan
    assert "TEMP B-TREE" not in plan  # in order already: nothing is sorted, however many are due
    assert "SCAN campaign_contact" not in plan and "Seq Scan on campaign_contact" not in plan


def test_the_order_of_the_rules_is_the_order_of_the_database(rt: Runtime) -> None:
    frail, promised, new, old = start_campaign(rt, *NUMBERS[:4]).contact_ids
    _set(rt, frail, priority=20)
    _set(rt, promised, priority=100)
    with rt.db.begin() as tx:
        tx.update(
            campaign_contact,
            campaign_contact.c.contact_id == old,
            elicited_on=tx.now.date() - timedelta(days=3),
        )
    assert _in_turn(rt) == [promised, frail, new, old]
    assert {row.contact_id: row.chosen_for for row in places(rt)} == {
        promised: "promise",
        frail: "fragility",
        new: "newest-case",
        old: "longest-wait",
    }


def test_who_is_put_off_rests_and_wakes_when_due(rt: Runtime) -> None:
    first, second = start_campaign(rt, *NUMBERS[:2]).contact_ids
    with rt.db.read() as tx:
        later = tx.now + timedelta(hours=1)
    _set(rt, first, next_try_at=later, priority=50)
    assert _in_turn(rt) == [second] and _resting(rt) == {first}
    advance(rt, 3600)
    assert _in_turn(rt) == [first, second] and _resting(rt) == set()


def test_regions_share_what_one_of_them_alone_could_take(rt: Runtime) -> None:
    world = start_campaign(rt, *NUMBERS[:6])
    with rt.db.begin() as tx:
        others = [
            make_contact(tx, number, region_code="04", platform_code="974", zone="Indian/Reunion")
            for number in NUMBERS[6:]
        ]
        add_contacts(tx, "tracing", others)
    chosen = _in_turn(rt, room=4)
    assert len(set(chosen) & set(world.contact_ids)) == 3 and len(set(chosen) & set(others)) == 1
    with rt.db.read() as tx:
        waiting = {row.region_code: row.waiting for row in tx.all(sa.select(campaign_share))}
    assert waiting == {"44": 6, "04": 2}


def test_nobody_is_looked_at_twice_by_two_tickers(rt: Runtime) -> None:
    if rt.db.dialect != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    start_campaign(rt, *NUMBERS)

    def taken(tx: Tx) -> set[str]:
        config = config_of(campaign_row(tx, "tracing"))
        return {row.id for row in people_in_turn(tx, config, "tracing", 4)}

    with rt.db.begin() as holder:
        mine = {
            row.id
            for row in holder.all(
                sa.select(campaign_contact).order_by(campaign_contact.c.id).limit(3).with_for_update()
            )
        }
        with rt.db.begin() as tx:
            assert not mine & taken(tx)


def test_a_spent_budget_plans_nobody_until_the_next_day(rt: Runtime) -> None:
    start_campaign(rt, *NUMBERS[:3], file=campaign_file(most_calls_a_day=2))
    assert len(_in_turn(rt)) == 2


def test_a_case_too_old_to_be_worth_a_call_ends_as_that(rt: Runtime) -> None:
    start_campaign(rt, NUMBERS[0], file=campaign_file(worth_days=2))
    advance(rt, 2 * 24 * 3600 + 1)
    assert plan_calls(rt) == 0
    assert [(row.status, row.outcome) for row in places(rt)] == [("done", "too-old")]
