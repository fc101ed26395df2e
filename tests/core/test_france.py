"""Departments, regions, postcodes and clocks."""

from zoneinfo import ZoneInfo

import pytest

from callsvc.core.france import (
    DEPARTMENTS,
    REGIONS,
    ZONES,
    department_code,
    department_of,
    departments_in,
    postcode_of,
    region_of,
    territory_of,
    zone_of_department,
)


def test_france_has_eighteen_regions_and_a_hundred_and_one_departments() -> None:
    assert len(REGIONS) == 18
    assert sum(entry.region is not None for entry in DEPARTMENTS.values()) == 101
    assert {entry.region for entry in DEPARTMENTS.values()} - {None} == set(REGIONS)


def test_every_territory_has_a_clock_that_exists() -> None:
    for entry in DEPARTMENTS.values():
        assert ZoneInfo(ZONES[entry.territory])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("57", "57"),
        ("1", "01"),
        ("2a", "2A"),
        ("57 - Moselle", "57"),
        ("Moselle", "57"),
        ("RÉUNION", "974"),
        ("La Réunion", "974"),
        ("Val d’Oise", "95"),
        ("974", "974"),
        ("D974", "974"),
        ("97410", "974"),
        ("75011", "75"),
        ("99", None),
        ("Atlantide", None),
        ("", None),
        (None, None),
    ],
)
def test_a_department_is_recognised_as_people_write_it(text: str | None, code: str | None) -> None:
    assert department_code(text) == code


@pytest.mark.parametrize(
    ("postcode", "department"),
    [
        ("67000", "67"),
        ("1000", "01"),
        ("20000", "2A"),
        ("20190", "2A"),
        ("20200", "2B"),
        ("20620", "2B"),
        ("97400", "974"),
        ("97133", "977"),
        ("97150", "978"),
        ("97500", "975"),
        ("98800", "988"),
        ("75 011", "75"),
        ("F-67000", "67"),
        ("67000,0", "67"),
        ("98000", None),
        ("Paris", None),
        (None, None),
    ],
)
def test_a_postcode_tells_its_department(postcode: str | None, department: str | None) -> None:
    assert department_of(postcode) == department


def test_a_postcode_gets_back_the_zero_that_excel_dropped() -> None:
    assert postcode_of("1000") == "01000"


def test_a_department_tells_its_region_territory_and_clock() -> None:
    assert region_of("57") == "44"
    assert region_of("974") == "04"
    assert region_of("975") is None
    assert territory_of("976") == "YT"
    assert zone_of_department("974") == "Indian/Reunion"
    assert zone_of_department("00") is None
    assert departments_in("94") == ("2A", "2B")
