"""Where a person may be, and how their place ends: two tables."""

import pytest

from callsvc.campaigns.reasons import outcome_of
from callsvc.campaigns.whereabouts import Place, places_of

PARIS, REUNION, MARTINIQUE = "Europe/Paris", "Indian/Reunion", "America/Martinique"


@pytest.mark.parametrize(
    ("evidence", "places"),
    [
        # where they live outranks a mobile number and the region of a platform
        ({"department": "67", "number_zone": REUNION, "number_kind": "mobile"}, [Place(PARIS, "67")]),
        ({"department": "974", "region": "11", "region_zone": PARIS}, [Place(REUNION, "974")]),
        # a fixed line rings where it was laid
        (
            {"department": "67", "number_zone": REUNION, "number_kind": "fixed"},
            [Place(PARIS, "67"), Place(REUNION, "974")],
        ),
        # a zone that somebody stated counts beside the department
        ({"department": "67", "stated_zone": REUNION}, [Place(PARIS, "67"), Place(REUNION, "974")]),
        ({"department": "67", "stated_zone": PARIS}, [Place(PARIS, "67")]),
        # without a department all that is known counts together, the holidays being those of the place
        (
            {"stated_zone": MARTINIQUE, "number_zone": MARTINIQUE, "region": "11", "region_zone": PARIS},
            [Place(MARTINIQUE, "972"), Place(PARIS, "75")],
        ),
        ({"number_zone": REUNION, "number_kind": "mobile"}, [Place(REUNION, "974")]),
        ({"stated_zone": PARIS, "region": "44", "region_zone": PARIS}, [Place(PARIS, "67")]),  # the stricter
        ({"department": "999"}, []),
        ({}, []),
    ],
)
def test_the_best_evidence_decides_and_what_contradicts_it_counts_too(
    evidence: dict[str, str], places: list[Place]
) -> None:
    assert list(places_of(**evidence)) == places


@pytest.mark.parametrize(
    ("reasons", "tried", "outcome"),
    [
        (["suppressed", "too-old"], True, "suppressed"),
        (["too-old", "zone-unknown"], False, "too-old"),
        (["campaign-ended"], False, "stopped"),
        (["campaign-ended"], True, "not-reached"),
        (["campaign-ended", "no-number"], False, "uncallable"),
        (["no-consent-basis", "outside-window"], True, "not-reached"),
    ],
)
def test_a_reason_that_never_heals_is_an_outcome(reasons: list[str], tried: bool, outcome: str) -> None:
    ends = {"tried": tried, "uncallable": "uncallable", "not_reached": "not-reached"}
    assert outcome_of(reasons, **ends) == outcome  # type: ignore[arg-type]
