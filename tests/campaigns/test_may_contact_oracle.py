"""``may_contact`` against its oracle: the same reasons at every instant asked, the same earliest minute."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callsvc.campaigns.calendar import LocalWindow
from callsvc.campaigns.definitions.caps import Caps
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.lasting import Consent
from callsvc.campaigns.rules import Facts, PastCall, may_contact
from callsvc.campaigns.spending import Spending
from callsvc.campaigns.whereabouts import Place
from tests.campaigns.oracle import WEEK, WEEKS, Story, next_yes, scan

PLACES = {
    "Europe/Paris": "67",
    "America/Miquelon": "975",
    "Indian/Reunion": "974",
    "Indian/Mayotte": "976",
    "America/Guadeloupe": "971",
    "America/Cayenne": "973",
    "Pacific/Noumea": "988",
    "Pacific/Tahiti": "987",
}
DAYS = 7
ASKED = 220  # instants of each story; 8 zones, 2 seasons, 3 stories each: 10,560
SPENT = {"calls": 1, "most_calls": 1}


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def facts_of(story: Story) -> Facts:
    """The same story in the words of the rules."""
    calls = [PastCall(claim) for claim in story.claims]
    if story.rests_until:
        calls.append(PastCall(datetime(2020, 1, 1, tzinfo=UTC), ended_at=story.rests_until, rests=True))
    return Facts(
        campaign_state="running",
        purpose="contact-tracing",
        suppressions=(),
        places=tuple(Place(*place) for place in story.places),
        windows=tuple(
            LocalWindow(frozenset(WEEK.index(day) for day in days), _minutes(opens), _minutes(closes))
            for days, opens, closes in story.windows
        ),
        preset=story.preset,
        on_holidays=story.on_holidays,
        consent=Consent("consent", frozenset({"consent"})),
        number_kind="mobile",
        country="FR",
        countries=frozenset({"FR"}),
        synthetic=True,
        carrier_is_loopback=True,
        starts_at=story.starts_at,
        calls=calls,
        caps=Caps(
            per_number_24h=story.caps.get("1", 99),
            per_number_7d=story.caps.get("7", 0),
            per_number_30d=story.caps.get("30", 0),
        ),
        spread=Spread(parts=list(story.parts[1:]), per_part_of_day=story.per_part, per_day=story.per_day),
        spending=Spending(day=story.spent_on, **SPENT) if story.spent_on else Spending(),  # type: ignore[arg-type]
    )


def _clock(chance: random.Random, low: int, high: int) -> str:
    minute = chance.randrange(low, high)
    return f"{minute // 60:02}:{minute % 60:02}"


def _windows(chance: random.Random) -> list[tuple[tuple[str, ...], str, str]]:
    """Ordinary hours, now and then a window in the small hours, where clocks are changed."""
    days = tuple(day for day in WEEK if chance.random() < 0.8) or WEEK
    opens = _clock(chance, 6 * 60, 12 * 60)
    grid = [(days, opens, _clock(chance, 13 * 60, 22 * 60))]
    if chance.random() < 0.7:
        first = _clock(chance, 60, 170)
        grid.append((WEEK, first, _clock(chance, _minutes(first) + 3, 5 * 60)))
    return grid


def a_night(chance: random.Random, zone: str) -> Story:
    """Nothing but short windows in the hours that there are twice, or not at all."""
    early, late = _clock(chance, 60, 118), _clock(chance, 122, 176)  # 01:00 to 02:00, 02:00 to 03:00
    first, second = _clock(chance, _minutes(early) + 1, 120), _clock(chance, 182, 240)
    windows = [(WEEK, early, first), (WEEK, late, second)]
    return Story([(zone, PLACES[zone])], windows, "none", True)


def a_story(chance: random.Random, zone: str, start: datetime) -> Story:
    """Anything that may have happened to a number before ``start``."""
    if chance.random() < 0.2:
        return a_night(chance, zone)
    places = [(zone, PLACES[zone])]
    if chance.random() < 0.3:
        other = chance.choice([one for one in PLACES if one != zone])
        places.append((other, PLACES[other]))
    back = [chance.randrange(1, 60 * 24 * chance.choice((1, 1, 7, 29))) for _ in range(chance.randrange(9))]

    def maybe(value: Any) -> Any:
        return value if chance.random() < 0.4 else None

    return Story(
        places=places,
        windows=_windows(chance),
        preset=chance.choice(("none", "none", "public-health", "france-commercial")),
        on_holidays=chance.random() < 0.2,
        claims=[start - timedelta(minutes=minutes) for minutes in back],
        caps={"1": chance.choice((1, 2, 3)), "7": chance.choice((0, 3, 5)), "30": chance.choice((0, 6, 8))},
        per_part=chance.choice((0, 1, 2)),
        per_day=chance.choice((0, 0, 2)),
        rests_until=maybe(start + timedelta(minutes=chance.randrange(-60, 600))),
        starts_at=maybe(start + timedelta(minutes=chance.randrange(-60, 60 * 40))),
        spent_on=maybe(start.date()),
    )


def _steps(chance: random.Random, reasons: list[set[str]], asked: int) -> list[int]:
    """A third anywhere, the rest where something changes and in the minutes before."""
    last = len(reasons) - 2
    turns = [step for step in range(1, last) if reasons[step] != reasons[step - 1]] or [0]
    near = [chance.choice(turns) - chance.choice((0, 1, 2, 10, 40)) for _ in range(asked * 2 // 3)]
    anywhere = [chance.randrange(last) for _ in range(asked - len(near))]
    return [max(0, step) for step in (*near, *anywhere)]


def judged(story: Story, start: datetime, chance: random.Random, asked: int) -> int:
    """Ask at so many instants; returns how often the answer was no."""
    reasons = scan(story, start, DAYS * 24 * 60)
    following, facts, refused = next_yes(reasons), facts_of(story), 0
    for step in _steps(chance, reasons, asked):
        at = start + timedelta(minutes=step)
        verdict = may_contact(facts, "voice", at)
        told = set(verdict.reasons) - {"zones-disagree"}
        assert told == reasons[step], (story, at)
        refused += not verdict.yes
        then = following[step]
        if then is not None:
            assert verdict.earliest == start + timedelta(minutes=then), (story, at)
        elif verdict.earliest is not None:
            assert verdict.earliest >= start + timedelta(minutes=len(reasons) - 1), (story, at)
    return refused


@pytest.mark.parametrize("season", [0, 1], ids=["autumn", "spring"])
@pytest.mark.parametrize("zone", list(PLACES))
def test_the_rules_agree_with_the_clock_on_the_wall_minute_by_minute(zone: str, season: int) -> None:
    start = WEEKS[zone][season]
    chance = random.Random(f"{zone} {season}")
    stories = [a_night(chance, zone), *(a_story(chance, zone, start) for _ in range(2))]
    refused = sum(judged(story, start, chance, ASKED) for story in stories)
    assert refused > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_the_rules_agree_with_the_clock_in_many_more_stories(seed: int) -> None:
    chance = random.Random(seed)
    for zone in PLACES:
        start = WEEKS[zone][seed % 2]
        judged(a_story(chance, zone, start), start, chance, 2000)


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32),
    zone=st.sampled_from(list(PLACES)),
    season=st.integers(0, 1),
    second=st.integers(0, DAYS * 24 * 3600),
    micros=st.integers(0, 999_999),
)
def test_the_earliest_moment_is_the_first_at_which_nothing_forbids(
    seed: int, zone: str, season: int, second: int, micros: int
) -> None:
    """To the microsecond, which no scan by minutes could tell."""
    start = WEEKS[zone][season]
    chance = random.Random(seed)
    facts = facts_of(a_story(chance, zone, start))
    odd = timedelta(seconds=chance.randrange(60), microseconds=chance.randrange(10**6))
    facts = replace(facts, calls=[replace(call, claimed_at=call.claimed_at - odd) for call in facts.calls])
    now = start + timedelta(seconds=second, microseconds=micros)
    verdict = may_contact(facts, "voice", now)
    if verdict.yes or verdict.earliest is None:
        return
    assert may_contact(facts, "voice", verdict.earliest).yes
    before = verdict.earliest - now
    for share in [chance.random() for _ in range(12)] + [1.0]:
        sampled = min(now + before * share, verdict.earliest - timedelta(microseconds=1))
        assert not may_contact(facts, "voice", sampled).yes, (facts, now, sampled)
