"""Agreements: what makes no sense is refused, who may change them, when they hold, what they said before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.accounts.scope import Principal
from callsvc.accounts.tables import access_log
from callsvc.core.errors import Forbidden, Invalid, NotFound
from callsvc.routing import service as routing
from callsvc.routing.aid.agreeing import changes_of
from callsvc.routing.offering import offer_waiting
from callsvc.routing.rules.agreements import Week, holds_at, spans_on
from callsvc.routing.tables import aid_agreement
from tests.routing.world import World

TERMS = {"rank": 1, "activate_wait_s": 60, "release_wait_s": 30, "cap": 10}


def chief(*regions: str) -> Principal:
    return Principal(
        account_id=f"acc-{'-'.join(regions)}",
        role="supervisor",
        regions=frozenset(regions),
        scopes=frozenset({"routing"}),
    )


def put(world: World, by: Principal | None = None, **changed: Any) -> bool:
    with world.rt.db.begin() as tx:
        return routing.put_agreement(tx, **({"aided": "44", "aiding": "11"} | TERMS | changed), by=by)


NOON = datetime(2020, 11, 16, 11, tzinfo=UTC)  # a Monday, noon in Paris


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"aiding": "44"}, "agreement-self"),
        ({"release_wait_s": 61}, "agreement-thresholds"),
        ({"release_wait_s": -1}, "agreement-thresholds"),
        ({"activate_wait_s": 3601}, "agreement-thresholds"),
        ({"cap": -1}, "agreement-cap"),
        ({"cap": 10_001}, "agreement-cap"),
        ({"starts_at": NOON, "ends_at": NOON}, "agreement-dates"),
        ({"hours": {"0": [["12:00", "08:00"]]}}, "agreement-hours"),
        ({"hours": {"0": [["08:00", "12:00"], ["11:00", "14:00"]]}}, "agreement-hours"),
        ({"hours": {"7": [["08:00", "12:00"]]}}, "agreement-hours"),
        ({"hours": {"0": [["25:00", "26:00"]]}}, "agreement-hours"),
    ],
)
def test_what_makes_no_sense_is_refused_by_a_name_of_its_own(
    world: World, changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        put(world, **changed)
    assert world.rows(sa.select(aid_agreement)) == []


def test_the_region_that_helps_agrees_and_either_ends_it(world: World) -> None:
    with pytest.raises(Forbidden, match="not-your-region"):
        put(world, chief("44"))
    assert put(world, chief("11"))
    assert not put(world, chief("11"))  # the same again changes nothing
    with pytest.raises(NotFound, match="agreement-unknown"), world.rt.db.begin() as tx:
        routing.end_agreement(tx, "44", "11", by=chief("53"))
    with world.rt.db.begin() as tx:
        routing.end_agreement(tx, "44", "11", by=chief("44"))
    assert world.rows(sa.select(aid_agreement)) == []


def test_what_was_agreed_before_is_kept_with_who_changed_it(world: World) -> None:
    put(world)
    world.later(60)
    put(world, chief("11"), cap=4, hours={"0": [["08:00", "12:00"]]})
    world.later(60)
    with world.rt.db.begin() as tx:
        routing.end_agreement(tx, "44", "11", by=chief("44"))
        found = [
            (one.by, one.before and one.before["cap"], one.after and one.after["cap"])
            for one in changes_of(tx, chief("11"))
        ]
        assert changes_of(tx, chief("53")) == []
    assert found == [("acc-44", 4, None), ("acc-11", 10, 4), ("system", None, 10)]
    noted = world.rows(sa.select(access_log.c.action).where(access_log.c.subject == "44<-11"))
    assert {row.action for row in noted} == {"agreement-made", "agreement-changed", "agreement-ended"}


MORNINGS: Week = {"0": [["08:00", "12:00"]]}


@pytest.mark.parametrize(
    ("week", "at", "held"),
    [
        (None, NOON, True),
        (MORNINGS, NOON - timedelta(minutes=1), True),
        (MORNINGS, NOON, False),
        (MORNINGS, NOON - timedelta(hours=4, minutes=1), False),
        (MORNINGS, NOON + timedelta(days=1, hours=-1), False),
    ],
)
def test_hours_are_those_of_the_helpers_clock(week: Week | None, at: datetime, held: bool) -> None:
    assert holds_at(week, None, None, "Europe/Paris", at) is held
    assert holds_at(week, None, None, "Indian/Reunion", at - timedelta(hours=3)) is held


def test_dates_bound_the_hours() -> None:
    spans = spans_on(MORNINGS, NOON - timedelta(hours=2), None, "Europe/Paris", date(2020, 11, 16))
    assert spans == [(NOON - timedelta(hours=2), NOON)]
    assert spans_on(MORNINGS, NOON, None, "Europe/Paris", date(2020, 11, 16)) == []
    assert spans_on(MORNINGS, None, None, "Europe/Paris", date(2020, 11, 17)) == []
    whole = spans_on(None, None, None, "Europe/Paris", date(2020, 10, 25))  # the night clocks go back
    assert whole[0][1] - whole[0][0] == timedelta(hours=24)  # wall clock; 25 hours pass
    assert (whole[0][1].astimezone(UTC) - whole[0][0].astimezone(UTC)) == timedelta(hours=25)


def test_out_of_its_hours_an_agreement_lets_nobody_help(world: World) -> None:
    world.agent("67")
    helpers = [world.agent("75"), world.agent("75")]
    world.waits("67")
    put(world, activate_wait_s=0, release_wait_s=0, hours={"0": [["12:00", "14:00"]]})
    call = world.waits("67", max_wait_s=4 * 3600)
    assert world.offered_to(call) is None
    world.later(2 * 3600)  # noon in Paris
    with world.rt.db.begin() as tx:
        offer_waiting(tx, "44")
    assert world.offered_to(call) in helpers
