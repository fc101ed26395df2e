"""When somebody is tried again: a table of policies, and what holds for all of them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from callsvc.campaigns.definitions.retries import Policy, Retries
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.dispositions import DISPOSITIONS, flags_of
from callsvc.campaigns.retrying import COMPLETION, Tries, next_retry, turn_of, was_declined

ENDED = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)  # Monday, ten o'clock in Paris
PARIS = ZoneInfo("Europe/Paris")
MULT = {"busy": {"minutes": 5, "mode": "MULT", "multiplier": 3, "most_minutes": 60}}


def _minutes(retries: Retries, *dispositions: str, **asked: Any) -> float | None:
    """Minutes until the next try after a story of tries, None when there is no further one."""
    tries = Tries()
    for disposition in dispositions:
        tries = tries.with_one(flags_of(disposition))
    again = next_retry(retries, flags_of(dispositions[-1]), tries, ENDED, **asked)
    return None if again is None else (again - ENDED) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("story", "policies", "minutes"),
    [
        # a delay alone, by the kind of the last try
        (["no-answer"], {}, 120),
        (["busy"], {}, 10),
        (["declined"], {}, 240),
        (["voicemail"], {}, 240),
        (["machine"], {}, 240),
        (["failed"], {}, 5),
        (["canceled"], {}, 5),
        (["abandoned"], {}, 60),
        # no further try
        (["confirmed"], {}, None),
        (["opted-out"], {}, None),
        (["no-answer", "busy", "no-answer"], {}, None),
        # MULT grows with each try of its own kind, up to its most
        (["busy"], MULT, 5),
        (["busy", "busy"], MULT, 15),
        (["no-answer", "busy"], MULT, 5),
        (["busy", "no-answer"], MULT, 120),
        # as many tries of one kind as it says, then the outcome
        (["busy", "busy"], {"busy": {"minutes": 5, "most_tries": 2}}, None),
        (["no-answer", "busy"], {"busy": {"minutes": 5, "most_tries": 2}}, 5),
        # who answered is tried again to complete the call, beside the other tries
        (["no-answer", "no-answer", "hung-up"], {}, 60),
        (["hung-up", "hung-up", "no-answer"], {}, 120),
        (["hung-up", "no-input", "hung-up"], {}, None),
    ],
)
def test_what_follows_a_try(story: list[str], policies: dict[str, Any], minutes: float | None) -> None:
    assert _minutes(Retries.model_validate({"policies": policies}), *story) == minutes


def test_a_growing_delay_stops_growing_at_its_most() -> None:
    policy = Policy.model_validate(MULT["busy"])
    assert [policy.delay(tries) / timedelta(minutes=1) for tries in range(1, 6)] == [5, 15, 45, 60, 60]


@pytest.mark.parametrize(
    ("ended", "minutes", "local"),
    [
        ("09:30", 10, "12:00"),  # the morning is over at noon
        ("09:30", 200, "12:50"),  # it is another part by then
        ("15:00", 60, "17:00"),
        ("22:00", 10, "00:00"),  # the evening ends at midnight
        ("09:30", 24 * 60, "12:00"),  # tomorrow's morning is a morning
    ],
)
def test_the_other_part_of_the_day_is_by_the_clock_where_they_live(
    ended: str, minutes: float, local: str
) -> None:
    policies = {"no-answer": {"minutes": minutes, "other_part_of_day": True}}
    at = datetime.fromisoformat(f"2020-11-16T{ended}").replace(tzinfo=PARIS)
    again = next_retry(
        Retries.model_validate({"policies": policies}),
        flags_of("no-answer"),
        Tries(1, {"no-answer": 1}),
        at,
        spread=Spread(),
        zone=PARIS,
    )
    assert again is not None and again.astimezone(PARIS).strftime("%H:%M") == local


def test_numbers_alternate_except_after_a_kind_that_stays() -> None:
    stays = Retries.model_validate({"policies": {"busy": {"minutes": 5, "number": "same"}}})
    tries, turns = Tries(), []
    for disposition in ("no-answer", "busy", "busy", "hung-up"):
        tries = tries.with_one(flags_of(disposition))
        turns.append(turn_of(stays, tries))
    assert turns == [1, 1, 1, 2]


def test_better_evidence_counts_the_try_for_what_it_was() -> None:
    tries = Tries().with_one(flags_of("no-answer")).with_one(flags_of("no-answer"))
    assert tries.instead(flags_of("no-answer"), flags_of("hung-up")) == Tries(
        2, {"no-answer": 1, "hung-up": 1, COMPLETION: 1}
    )


@pytest.mark.parametrize(
    ("status", "rang", "after_s", "declined"),
    [
        ("busy", True, 3, True),
        ("busy", False, 2, False),
        ("busy", False, 12, True),  # no word of the ringing came, but no exchange thinks for so long
        ("no-answer", True, 30, False),
        ("failed", True, 30, False),
    ],
)
def test_busy_after_ringing_is_a_person_who_declined(
    status: str, rang: bool, after_s: float, declined: bool
) -> None:
    claimed = ENDED - timedelta(seconds=after_s)
    assert was_declined(status, claimed, claimed if rang else None, ENDED) is declined


def test_a_kind_that_does_not_exist_has_no_policy() -> None:
    with pytest.raises(ValidationError):
        Retries.model_validate({"policies": {"bussy": {"minutes": 5}}})


DELAYS = st.floats(1, 300)
POLICIES = st.fixed_dictionaries(
    {
        "minutes": DELAYS,
        "mode": st.sampled_from(["FIXED", "MULT"]),
        "multiplier": st.floats(1, 4),
        "most_minutes": st.floats(1, 600),
        "most_tries": st.integers(0, 4),
        "other_part_of_day": st.booleans(),
    }
)


@given(
    story=st.lists(st.sampled_from(sorted(DISPOSITIONS)), min_size=1, max_size=30),
    policies=st.dictionaries(st.sampled_from(["busy", "no-answer", "hung-up"]), POLICIES, max_size=3),
    most=st.integers(1, 6),
    completions=st.integers(0, 4),
)
def test_every_story_ends_and_no_retry_is_before_its_delay(
    story: list[str], policies: dict[str, Any], most: int, completions: int
) -> None:
    retries = Retries.model_validate(
        {"most_tries": most, "completion_tries": completions, "policies": policies}
    )
    tries = Tries()
    for disposition in story:
        flags = flags_of(disposition)
        tries = tries.with_one(flags)
        again = next_retry(retries, flags, tries, ENDED, spread=Spread(), zone=PARIS)
        if again is None:
            break
        assert again >= ENDED + retries.policy(flags.retry_after).delay(tries.by_kind[flags.retry_after])
    else:
        assert len(story) < most + completions + 1
    assert tries.total <= most + completions + 1
