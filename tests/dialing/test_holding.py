"""Who is due to be called and calls us: their turn waits while they are on the line, and is never lost."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import call, leg
from callsvc.campaigns.service import change_state
from callsvc.contacts.numbers import find_number
from callsvc.dialing.holding import hold_due_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.dialing.sweeping import sweep
from callsvc.flows.tables import flow_session, flow_version
from callsvc.runtime import Runtime
from tests.factories import World, advance, campaign_file, places, start_campaign

NUMBER = "+33639980001"


def _calls_in(rt: Runtime, world: World, outcome: str | None, *, hinted: bool = True) -> str:
    """The person is on the line; their conversation will end with ``outcome``."""
    with rt.db.begin() as tx:
        number_id = find_number(tx, NUMBER)
        tx.insert(
            call,
            id="cal-in",
            direction="inbound",
            region_code="44",
            platform_code="67",
            contact_id=world.contact_ids[0] if hinted else None,
            started_at=tx.now,
        )
        tx.insert(
            leg,
            id="leg-in",
            call_id="cal-in",
            role="contact",
            number_id=number_id,
            sid="CAin",
            placement="received",
            status="in-progress",
            planned_at=tx.now,
            news_at=tx.machine_now,
        )
        tx.insert(
            flow_session,
            id="ses-in",
            version=tx.scalar(sa.select(flow_version.c.version)),
            channel="voice",
            subject_id="leg-in",
            turn=1,
            state=b"",
            status="ended",
            outcome=outcome,
            started_at=tx.now,
            deadline_at=tx.now,
        )
        hold_due_attempts(tx, number_id or "")
    return "leg-in"


def _hangs_up(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        lock_leg(tx, leg_id)
        record_status(tx, leg_id, News(status="completed", at=tx.now, source="callback", carrier_time=True))


def _place(rt: Runtime, campaign_id: str = "tracing") -> Any:
    [place] = places(rt, campaign_id)
    return place


def test_nobody_is_dialled_while_they_are_on_the_line(rt: Runtime) -> None:
    world = start_campaign(rt, NUMBER)
    _calls_in(rt, world, None)
    assert (_place(rt).status, _place(rt).skip_reasons) == ("held", "on-the-line")
    advance(rt, 600)
    assert plan_calls(rt) == 0


@pytest.mark.parametrize("hinted", [True, False])
@pytest.mark.parametrize("outcome", ["hung-up", None, "reached"])
def test_without_an_agents_word_everybody_of_the_number_waits_for_their_turn(
    rt: Runtime, outcome: str | None, hinted: bool
) -> None:
    """The number is a hint: what a flow heard closes nobody's place. Half an hour of peace comes first."""
    world = start_campaign(rt, NUMBER, NUMBER)
    _hangs_up(rt, _calls_in(rt, world, outcome, hinted=hinted))
    assert {(place.status, place.skip_reasons) for place in places(rt)} == {("waiting", "")}
    assert {place.next_try_at for place in places(rt)} == {rt.clock.now() + timedelta(minutes=30)}
    assert plan_calls(rt) == 0
    advance(rt, 30 * 60)
    assert plan_calls(rt) == 1  # one number, one call


def test_a_hold_ends_after_four_hours_though_nobody_told_us_of_the_end(rt: Runtime) -> None:
    world = start_campaign(rt, NUMBER)
    _calls_in(rt, world, None)
    advance(rt, 4 * 3600 - 1)
    assert sweep(rt) == 0 and _place(rt).status == "held"
    advance(rt, 2)
    assert sweep(rt) == 1 and (_place(rt).status, _place(rt).skip_reasons) == ("waiting", "")


def test_a_stop_during_the_hold_is_an_outcome_and_the_end_of_the_call_changes_nothing(rt: Runtime) -> None:
    world = start_campaign(rt, NUMBER)
    leg_id = _calls_in(rt, world, "reached")
    change_state(rt, "tracing", "stop", "test")
    _hangs_up(rt, leg_id)
    assert (_place(rt).status, _place(rt).outcome) == ("done", "stopped")


def test_a_hold_covers_every_campaign_the_person_is_in(rt: Runtime) -> None:
    world = start_campaign(rt, NUMBER)
    start_campaign(rt, NUMBER, file=campaign_file(id="second"))
    _calls_in(rt, world, "reached")
    assert (_place(rt).status, _place(rt, "second").status) == ("held", "held")
