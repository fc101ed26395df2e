"""Regions, pools, platforms and their opening hours."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from callsvc.core.errors import Invalid, NotFound
from callsvc.platforms import cli
from callsvc.platforms import service as platforms
from callsvc.platforms.queries import regions, regions_by_name
from callsvc.platforms.rules import Hours, check_hours, opening
from callsvc.runtime import Runtime

PARIS, REUNION = "Europe/Paris", "Indian/Reunion"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "now", "is_open", "changes_at"),
    [
        (("08:00", "20:00", PARIS), "2020-11-16T06:59", False, "2020-11-16T07:00"),
        (("08:00", "20:00", PARIS), "2020-11-16T07:00", True, "2020-11-16T19:00"),
        (("08:00", "20:00", PARIS), "2020-11-16T19:00", False, "2020-11-17T07:00"),
        (("08:00", "20:00", REUNION), "2020-11-16T03:59", False, "2020-11-16T04:00"),
        (("08:00", "20:00", REUNION), "2020-11-16T16:00", False, "2020-11-17T04:00"),
        (("00:00", "24:00", PARIS), "2020-11-16T23:00", True, None),
        # The night of 24 to 25 October 2020 has an hour more, that of 28 March 2021 one less.
        (("08:00", "20:00", PARIS), "2020-10-24T20:00", False, "2020-10-25T07:00"),
        (("08:00", "20:00", PARIS), "2021-03-27T20:00", False, "2021-03-28T06:00"),
    ],
)
def test_a_platform_opens_and_closes_by_its_own_clock(
    hours: tuple[str, str, str], now: str, is_open: bool, changes_at: str | None
) -> None:
    found = opening(Hours(opens=hours[0], closes=hours[1], zone=hours[2]), at(now))
    assert (found.is_open, found.changes_at) == (is_open, at(changes_at) if changes_at else None)


@pytest.mark.parametrize(
    ("opens", "closes"), [("20:00", "08:00"), ("08:00", "08:00"), ("8h", "20h"), ("", "")]
)
def test_hours_that_are_no_window_are_refused(opens: str, closes: str) -> None:
    with pytest.raises(Invalid, match="hours-invalid"):
        check_hours(Hours(opens=opens, closes=closes, zone=PARIS))


def test_france_has_18_regions_and_101_platforms_and_may_be_declared_twice(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        assert platforms.load_france(tx) == 101
        platforms.put_platform(
            tx, "67", name="Bas-Rhin", region_code="44", pool_code="alsace", closes="19:00"
        )
        platforms.load_france(tx)
        assert len(platforms.regions(tx)) == 18
        assert platforms.platform_by_code(tx, "67").pool_code == "alsace"
        assert platforms.platform_by_code(tx, "974").zone == REUNION
        assert [row.code for row in platforms.platforms_of(tx, "94")] == ["2A", "2B"]
        assert platforms.opening_of(tx, "67").is_open  # ten o'clock in Paris


def test_an_operator_declares_france_by_a_command(rt: Runtime) -> None:
    for _ in range(2):
        done = CliRunner().invoke(cli.platforms, ["france"], obj=lambda: rt)
        assert (done.exit_code, done.output) == (0, "101 platforms are known.\n")
    with rt.db.read() as tx:
        assert len(regions(tx)) == 18
        names = [row.name for row in regions_by_name(tx)]
    assert names[0] == "Auvergne-Rhône-Alpes"
    assert (
        names.index("Île-de-France") == names.index("Guyane") + 2
    )  # after Hauts-de-France, before La Réunion


def test_what_is_not_on_the_map_is_named(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        with pytest.raises(NotFound, match="platform-unknown"):
            platforms.opening_of(tx, "00")
        with pytest.raises(NotFound, match="region-unknown"):
            platforms.put_platform(tx, "67", name="Bas-Rhin", region_code="44")
        platforms.put_region(tx, "44", name="Grand-Est", zone=PARIS)
        platforms.put_region(tx, "44", name="Grand Est", zone=PARIS)
        assert platforms.region_by_code(tx, "44").name == "Grand Est"
