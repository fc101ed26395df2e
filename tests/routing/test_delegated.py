"""A platform gives its phone away, wholly or in part, or takes it back; on its own phone it aids nobody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from callsvc.core.errors import CallsvcError, Conflict, Invalid
from callsvc.platforms.delegating import (
    declare_delegation,
    delegate,
    delegations_in_force,
    withdraw_delegation,
)
from callsvc.platforms.tables import platform
from callsvc.routing.queries import explain
from callsvc.routing.tables import queue_entry
from tests.routing.world import World


def declare(world: World, code: str, share: int, *, after_h: float = 0, lasts_h: float | None = None) -> str:
    with world.rt.db.begin() as tx:
        starts_at = tx.now + timedelta(hours=after_h)
        ends_at = None if lasts_h is None else starts_at + timedelta(hours=lasts_h)
        return declare_delegation(tx, code, share=share, starts_at=starts_at, ends_at=ends_at, by="test")


@pytest.fixture
def national(world: World) -> World:
    """Paris takes what others delegate."""
    with world.rt.db.begin() as tx:
        tx.update(platform, platform.c.code == "75", national=True, opens="00:00", closes="24:00")
    return world


def queue_of(world: World, entry_id: str) -> tuple[str, str]:
    with world.rt.db.read() as tx:
        row = tx.first(sa.select(queue_entry).where(queue_entry.c.id == entry_id))
        assert row is not None
        return row.region_code, row.platform_code


def test_a_delegated_call_waits_at_the_national_platform_and_says_why(national: World) -> None:
    national.agent("75", ready=True)
    declare(national, "67", 100)
    entry_id = national.waits("67").entry_id
    assert queue_of(national, entry_id) == ("11", "75")
    with national.rt.db.read() as tx:
        first = explain(tx, entry_id)[0]
    assert first["kind"] == "delegated"
    assert first["sentence"].startswith("Bas-Rhin gives 100 % of its calls to the national platforms: Paris")
    assert "Bas-Rhin confie 100 %" in first["sentence_fr"]


def test_without_anybody_at_a_national_platform_calls_stay_at_home(national: World) -> None:
    national.agent("75", ready=False)
    declare(national, "67", 100)
    assert queue_of(national, national.waits("67").entry_id) == ("44", "67")


def test_it_begins_and_ends_at_its_dates_and_may_be_withdrawn(national: World) -> None:
    national.agent("75")
    early = declare(national, "67", 100, after_h=1, lasts_h=2)

    def share() -> int:
        with national.rt.db.read() as tx:
            return delegations_in_force(tx).get("67", 0)

    assert share() == 0
    national.rt.clock.advance(3600)  # type: ignore[attr-defined]
    assert share() == 100
    later = declare(national, "67", 40)  # declared last: in force
    assert share() == 40
    with national.rt.db.begin() as tx:
        withdraw_delegation(tx, later)
    assert share() == 100
    national.rt.clock.advance(7200)  # type: ignore[attr-defined]
    assert share() == 0
    for over in (early, later):
        with national.rt.db.begin() as tx, pytest.raises(Conflict, match="delegation-over"):
            withdraw_delegation(tx, over)


def test_a_share_is_kept_to_and_the_same_call_goes_the_same_way(national: World) -> None:
    declare(national, "67", 30)
    with national.rt.db.read() as tx:
        share = delegations_in_force(tx)["67"]
        ways = [delegate(tx, share, f"call-{number}", ["75"]) for number in range(2000)]
        again = [delegate(tx, share, f"call-{number}", ["75"]) for number in range(50)]
    assert 540 < sum(way is not None for way in ways) < 660  # 30 % of 2,000, four standard deviations
    assert [way and way.code for way in again] == [way and way.code for way in ways[:50]]


def test_who_is_on_their_own_phone_gives_no_aid_outside_and_serves_its_own(national: World) -> None:
    national.aid("44", "11", rank=1, activate_wait_s=0, release_wait_s=0, cap=10)
    with national.rt.db.begin() as tx:
        tx.update(platform, platform.c.code == "75", national=False)
    for _ in range(3):
        national.agent("75")
    declare(national, "75", 0)
    abroad, own = national.waits("67"), national.waits("75")
    assert national.entry(abroad).state == "pending"
    assert national.entry(own).state == "reserved"
    with national.rt.db.begin() as tx:
        withdraw_delegation(tx, tx.scalar(sa.text("select id from delegation")))
    national.waits("67")  # the next event looks again, and whoever waits longest comes first
    assert national.entry(abroad).state == "reserved"


@pytest.mark.parametrize(
    ("code", "share", "after_h", "lasts_h", "id"),
    [
        ("67", 101, 0, None, "delegation-invalid"),
        ("67", 50, 0, -1, "delegation-invalid"),
        ("67", 50, -1, None, "delegation-past"),
        ("75", 50, 0, None, "platform-national"),
        ("99", 50, 0, None, "platform-unknown"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_cannot_be_declared_is_refused(
    national: World, code: str, share: int, after_h: float, lasts_h: float | None, id: str
) -> None:
    with pytest.raises(CallsvcError) as refused:
        declare(national, code, share, after_h=after_h, lasts_h=lasts_h)
    assert refused.value.id == id
    assert isinstance(refused.value, Invalid) or id == "platform-unknown"
