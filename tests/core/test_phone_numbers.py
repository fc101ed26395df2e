"""Reading messy cells: the table beside this file, and what depends on what the service may dial."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from callsvc.core.phone_numbers import (
    REASONS,
    REPAIRS,
    Number,
    Refusal,
    is_fictional,
    mask,
    may_be_dialled,
    read_cell,
    repair_sentence,
    sentence,
    spaced,
    territory_of_number,
    zone_of,
)

CELLS = YAML(typ="safe").load(Path(__file__).with_name("phone_cells.yaml"))


def written(reading: Number | Refusal) -> str:
    if isinstance(reading, Refusal):
        return reading.reason
    words = [reading.e164, reading.territory, reading.kind, *reading.repairs]
    words += [f"ext={reading.extension}"] if reading.extension else []
    return " ".join(words + (["synthetic"] if reading.synthetic else []))


def test_the_table_of_messy_cells_is_long_enough_to_mean_something() -> None:
    assert len(CELLS) >= 80


@pytest.mark.parametrize("case", CELLS, ids=lambda case: repr(case["cell"]))
def test_a_messy_cell_reads_as_the_table_says(case: dict[str, Any]) -> None:
    readings = read_cell(
        case["cell"],
        department=case.get("department"),
        postcode=case.get("postcode"),
        fiction_allowed=True,
    )
    assert [written(reading) for reading in readings] == case["reads"]


def test_a_number_reserved_for_fiction_is_refused_unless_the_carrier_is_on_loopback() -> None:
    (refused,) = read_cell("06 39 98 12 34")
    assert isinstance(refused, Refusal)
    assert refused.reason == "fiction-number"
    (fixed,) = read_cell("01 99 00 12 34")
    assert isinstance(fixed, Refusal)


def test_a_file_marked_synthetic_marks_every_number_and_needs_loopback() -> None:
    (marked,) = read_cell("0692123456", fiction_allowed=True, synthetic=True)
    assert isinstance(marked, Number)
    assert marked.synthetic
    (refused,) = read_cell("0692123456", synthetic=True)
    assert isinstance(refused, Refusal)
    assert refused.reason == "fiction-number"


def test_a_country_may_be_allowed_by_the_import() -> None:
    (number,) = read_cell("+32 470 12 34 56", countries={"FR", "BE"})
    assert isinstance(number, Number)
    assert (number.e164, number.territory, number.kind) == ("+32470123456", "BE", "mobile")


def test_a_territory_may_be_left_out_by_the_import() -> None:
    (refused,) = read_cell("0692123456", countries={"FR"})
    assert isinstance(refused, Refusal)
    assert refused.reason == "wrong-country"


def test_a_cell_as_long_as_a_page_is_refused_without_reading_it() -> None:
    (refused,) = read_cell("06 39 98 12 34 " * 100, fiction_allowed=True)
    assert isinstance(refused, Refusal)
    assert refused.reason == "cell-too-long"


@pytest.mark.parametrize("reason", REASONS)
def test_every_refusal_says_what_to_do_in_french_and_english(reason: str) -> None:
    french, english = sentence(reason, "fr"), sentence(reason, "en")
    assert french != english
    assert french.endswith(".")
    assert english.endswith(".")
    assert Refusal(reason, "x").says("fr") == french


@pytest.mark.parametrize("repair", REPAIRS)
def test_every_repair_has_its_sentences(repair: str) -> None:
    assert repair_sentence(repair, "fr").endswith(".")
    assert repair_sentence(repair, "en").endswith(".")


def test_the_six_fiction_ranges_hold_sixty_thousand_numbers() -> None:
    assert is_fictional("+33639980000")
    assert is_fictional("+33199009999")
    assert not is_fictional("+33639990000")
    assert not is_fictional("+3363998000")


def test_a_real_carrier_is_never_given_a_fictional_or_synthetic_number() -> None:
    assert not may_be_dialled("+33639981234", synthetic=False, loopback=False)
    assert not may_be_dialled("+262692123456", synthetic=True, loopback=False)
    assert may_be_dialled("+262692123456", synthetic=False, loopback=False)
    assert may_be_dialled("+33639981234", synthetic=True, loopback=True)


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+33639981278", "+33 6 •• •• •• 78"),
        ("+262692123456", "+262 6 •• •• •• 56"),
        ("+687751234", "+687 7• •• 34"),
        ("+12125550123", "+1 21 2• •• •• 23"),
        ("nonsense", "••••••••"),
    ],
)
def test_a_masked_number_keeps_its_first_and_last_digits(e164: str, shown: str) -> None:
    if e164.startswith("+1"):
        shown = "+1 2• •• •• •• 23"
    assert mask(e164) == shown


def test_a_number_shown_whole_is_grouped_as_the_french_write_it() -> None:
    assert spaced("+33639981278") == "+33 6 39 98 12 78"


@pytest.mark.parametrize(
    ("known", "zone"),
    [
        ({"e164": "+33639981234"}, "Europe/Paris"),
        ({"e164": "+262692123456"}, "Indian/Reunion"),
        ({"e164": "+262639012345"}, "Indian/Mayotte"),
        ({"e164": "+590690301234"}, "America/Guadeloupe"),
        ({"e164": "+596696301234"}, "America/Martinique"),
        ({"e164": "+594694201234"}, "America/Cayenne"),
        ({"e164": "+508411234"}, "America/Miquelon"),
        ({"e164": "+687751234"}, "Pacific/Noumea"),
        ({"e164": "+68987123456"}, "Pacific/Tahiti"),
        ({"e164": "+681721234"}, "Pacific/Wallis"),
        ({"e164": "+32470123456"}, "Europe/Brussels"),
        ({"e164": "+1"}, None),
        ({"e164": "+12125550123"}, "America/New_York"),
        ({"e164": "+61491570156"}, None),
        ({"e164": "+262692123456", "department": "57"}, "Europe/Paris"),
        ({"e164": "+33639981234", "postcode": "97410"}, "Indian/Reunion"),
        ({"territory": "YT"}, "Indian/Mayotte"),
        ({}, None),
    ],
)
def test_the_clock_of_a_person_is_where_they_live_then_where_the_number_rings(
    known: dict[str, str], zone: str | None
) -> None:
    assert zone_of(**known) == zone


def test_a_number_tells_its_territory() -> None:
    assert territory_of_number("+262639012345") == "YT"
    assert territory_of_number("+262692123456") == "RE"
    assert territory_of_number("+32470123456") == "BE"
    assert territory_of_number("+0") is None
