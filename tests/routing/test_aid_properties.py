"""What no choice of aid ever does, whatever the figures."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from callsvc.routing.rules.explaining import explain_arrival, explain_wait, explain_work
from callsvc.routing.rules.freeing import choose_work
from callsvc.routing.rules.lending import choose_helper
from callsvc.routing.rules.regions import NOBODY, Country, Region
from callsvc.routing.rules.terms import ORDERS, Terms

CODES = ("11", "44", "84", "27", "06")
NOW = 500.0


def a_country(seed: int) -> Country:
    """Drawn from a seed: hypothesis is slow at drawing a hundred figures one by one."""
    random = Random(seed)
    regions = []
    for code in CODES:
        region = Region(code, random.randint(1, 60), handle_s=540.0)
        region.waiting = random.choice((0, 0, 1, 3, 12))
        region.idle = random.randint(0, 1) if region.waiting else random.randint(0, region.agents)
        region.ledger = random.uniform(-10, 10)
        region.kept = random.choice((0, 0, 1, 4))
        region.aid_in, region.aid_out = random.randint(0, 9), random.randint(0, 9)
        region.most_lent = random.choice((0, 5, 60))
        region.given, region.received = random.randint(0, 9), random.randint(0, 9)
        region.opted_out, region.active = random.random() < 0.2, random.random() < 0.8
        region.late_taken = random.randint(0, 9)
        if region.waiting:
            _queue(random, region)
        region.holds = {other: 1 for other in CODES if other != code and random.random() < 0.2}
        regions.append(region)
    for region in regions:
        region.near = [other for other in regions if other is not region]
    country = Country(regions)
    country.slowness = random.choice((1.0, 1.1, 1.2, 1.3))
    return country


def _queue(random: Random, region: Region) -> None:
    young, late = random.choice([(True, False), (False, True), (True, True)])
    if young:
        region.young_since = NOW - random.uniform(0, 19)
    if late:
        region.late_since = NOW - random.uniform(21, 300)
        if random.random() < 0.5:
            region.second_since = max(region.late_since, NOW - 50)


COUNTRIES = st.integers(0, 10**9).map(a_country)
TERMS = st.builds(Terms, order=st.sampled_from(ORDERS), second_share=st.sampled_from([0.0, 0.5, 1.0]))


def assert_protected(helper: Region) -> None:
    assert not helper.opted_out, "a region that opted out lends"
    assert helper.idle - 1 >= helper.kept, "below the reserve after the aid"
    assert helper.aid_out < helper.most_lent, "over the cap"


@settings(max_examples=400)
@given(COUNTRIES)
def test_an_arrival_is_aided_only_by_who_keeps_its_promises(country: Country) -> None:
    for home in country.regions:
        helper = choose_helper(home)
        explained = explain_wait(home, Terms()) if helper is None else explain_arrival(home, helper)
        assert explained.english.endswith(".") and explained.french.endswith(".")
        json.dumps(explained.inputs, allow_nan=False)
        if helper is None:
            continue
        assert_protected(helper)
        assert helper is not home
        assert not helper.waiting, "own calls wait"
        assert not home.holds.get(helper.code), "two ways at once"


@settings(max_examples=400)
@given(COUNTRIES, TERMS)
def test_a_freed_agent_aids_only_where_it_may(country: Country, terms: Terms) -> None:
    for helper in country.regions:
        helper.idle = max(1, helper.idle)
        work = choose_work(helper, country, terms, NOW)
        if work is None:
            assert not helper.waiting, "an own call waits and its agent rests"
            continue
        assert work.region.waiting
        assert {"young": work.region.young_since, "second": work.region.second_since}.get(
            work.age, work.region.late_since
        ) < NOBODY, "there is no such call"
        if work.region is helper:
            assert work.letter in "ad"
            continue
        assert work.letter in "bce"
        explained = explain_work(helper, work, country, NOW)
        assert explained.english.endswith(".") and explained.french.endswith(".")
        json.dumps(explained.inputs, allow_nan=False)
        assert_protected(helper)
        assert work.region.active, "nobody asked for aid"
        if work.letter == "b":
            assert work.region.received <= work.region.given
            assert work.region.ledger < terms.rescue_below
        if work.letter == "e":
            assert not helper.waiting
            assert not work.region.holds.get(helper.code), "two ways at once"


@settings(max_examples=400)
@given(COUNTRIES, TERMS)
def test_the_same_state_gives_the_same_choice(country: Country, terms: Terms) -> None:
    for helper in country.regions:
        assert choose_work(helper, country, terms, NOW) == choose_work(helper, country, terms, NOW)
        assert choose_helper(helper) is choose_helper(helper)
