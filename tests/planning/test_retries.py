"""The twin tries people again by the service's own rule: of campaigns, and called back in vain."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.dispositions import flags_of
from callsvc.campaigns.retrying import Tries, next_retry
from callsvc.core.errors import Invalid
from callsvc.planning.twin import report
from callsvc.planning.twin.again import next_try
from callsvc.planning.twin.campaigns import RING_S, CampaignPart, call_people
from callsvc.planning.twin.playing import open_day, play
from callsvc.planning.twin.queues import RETURNED, UNREACHED
from callsvc.planning.twin.scenario import Scenario, read_scenario
from callsvc.planning.twin.world import trace_of

HALF_HOUR = Retries(most_tries=3, delays_minutes={"no-answer": 30.0})
DAY_S = 10 * 3600.0


def campaign(**changes: object) -> CampaignPart:
    told = {"people": 200, "calls_per_second": 1.0, "from": 1, "shares": {"reached": 0.4, "no-answer": 0.6}}
    return CampaignPart.model_validate({"for_agents": 1.0, "retries": HALF_HOUR} | told | changes)


def test_the_next_try_is_when_the_service_would_make_it() -> None:
    began, ended_s = datetime(2020, 11, 16, tzinfo=UTC), 3600.0
    for made in range(1, 5):
        tries = Tries(made, {"no-answer": made})
        said = next_retry(HALF_HOUR, flags_of("no-answer"), tries, began + timedelta(seconds=ended_s))
        ours = next_try(HALF_HOUR, made, ended_s)
        assert ours == (None if said is None else (said - began).total_seconds())
    assert next_try(HALF_HOUR, 2, ended_s) == 5400.0 and next_try(HALF_HOUR, 3, ended_s) is None


def test_nobody_has_more_tries_than_allowed_nor_one_before_its_time() -> None:
    nobody = {"no-answer": 1.0}
    told = call_people(campaign(shares=nobody), [(0, 1.0)], DAY_S, Random(1))
    assert (told.people, told.calls, told.again, told.reached) == (200, 600, 400, 0)
    early = call_people(campaign(shares=nobody, to=1.5), [(0, 1.0)], DAY_S, Random(1))
    assert early.again == 0, "the first further try is due half an hour after the first call has ended"


def test_who_is_reached_is_not_called_again_and_asks_for_an_agent_when_the_flow_has_ended() -> None:
    told = call_people(campaign(shares={"reached": 1.0}), [(0, 1.0), (1, 3.0)], DAY_S, Random(1))
    assert (told.calls, told.reached, told.asked) == (200, 200, 200)
    moments = [at for at, _ in told.arrivals]
    assert moments[0] == 3600 + RING_S + 95 and moments[1] - moments[0] == pytest.approx(1.0), "the pace"
    assert Counter(region for _, region in told.arrivals)[1] > 120, "people live where calls come from"


def test_further_tries_reach_further_people() -> None:
    def reached(most_tries: int) -> int:
        retries = HALF_HOUR.model_copy(update={"most_tries": most_tries})
        return call_people(campaign(retries=retries), [(0, 1.0)], DAY_S, Random(1)).reached

    assert 60 < reached(1) < 100 < reached(2) < reached(3) < 170  # 80, 128, 157 in the mean


SCENARIO = """
title: A campaign beside the line
hours: 4
measured: {from: 0, to: 4}
regions: [{code: A, agents: 30, load: 20}, {code: B, agents: 10, load: 6}]
campaigns: [{people: 300, from: 1, shares: {reached: 0.5, no-answer: 0.5}, regions: [B], for_agents: 1}]
seeds: {first: 1, count: 2}
"""


def test_a_campaigns_people_wait_in_the_queue_of_their_region_the_same_under_every_policy() -> None:
    alone = read_scenario(SCENARIO).model_copy(update={"campaigns": []})
    beside = read_scenario(SCENARIO)
    before, after = trace_of(alone, 1), trace_of(beside, 1)
    asked = sum(len(one.arrivals) for one in _told(beside, 1))
    assert len(after) == len(before) + asked > len(before) + 100
    assert list(after.home).count(0) == list(before.home).count(0), "in B and nowhere else"
    played = play(beside, policies=["isolated", "ours"], processes=1)
    ours, isolated = (played[name][0].nation.offered for name in ("ours", "isolated"))
    assert ours == isolated == len(after)
    (line,) = report.campaigns(beside, played)
    assert line["again"] > 50
    assert "further tries" in report.text(beside, played)
    assert report.as_json(beside, played)["campaigns"] == [line]


def _told(scenario: Scenario, seed: int) -> list:
    from callsvc.planning.twin.world import campaigns_of

    return campaigns_of(scenario, seed)


CALLBACKS = """
title: Many are promised a call
hours: 6
measured: {from: 0, to: 6}
regions: [{code: A, agents: 20, load: 17}]
spikes: [{times: 3, from: 1, to: 2}]
callbacks: {after_s: 5, accepted: 1, reached: 0.5}
"""


def test_who_was_called_back_in_vain_is_called_again_in_time_and_no_more_often_than_allowed() -> None:
    once = read_scenario(CALLBACKS)
    retried = once.model_copy(update={"callbacks": once.callbacks.model_copy(update={"retries": HALF_HOUR})})
    kept = {}
    for name, scenario in (("once", once), ("retried", retried)):
        day = open_day(scenario, "ours-callbacks", trace_of(scenario, 1))
        day.run()
        states = Counter(day.state)
        kept[name] = states[RETURNED] / (states[RETURNED] + states[UNREACHED])
        most = max(day.vain.values())
        assert most == (1 if scenario is once else 3)
    assert kept["once"] == pytest.approx(0.5, abs=0.15)
    assert kept["retried"] > kept["once"] + 0.2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("campaigns: [{people: 0}]", "campaigns.0.people"),
        ("campaigns: [{people: 9, shares: {reached: 0.5}}]", "add up to one"),
        ("campaigns: [{people: 9, regions: [C]}]", "no region has the code C"),
        ("campaigns: [{people: 9, retries: {most_tries: 99}}]", "campaigns.0.retries.most_tries"),
        ("campaigns: [{people: 9}]\nrecorded: day.csv", "in its calls already"),
    ],
)
def test_what_is_wrong_with_a_campaign_is_said_with_its_place(more: str, said: str) -> None:
    with pytest.raises(Invalid, match="scenario-invalid") as raised:
        read_scenario(f"title: x\nregions: [{{code: A, agents: 1, load: 1}}]\n{more}")
    assert said in str(raised.value)
