"""Campaigns of a scenario: whom the service calls, when it tries them again, and who then asks for an agent.

Who was not reached is tried again by the service's own rule (``callsvc.campaigns.retrying``) and the policies
of a campaign's file. How a try goes is drawn; calls are made at the campaign's own pace, whatever the queues.
Whoever is reached and wants an agent waits in the queue of their region as somebody who called.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Final

from pydantic import Field, model_validator

from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.dispositions import flags_of
from callsvc.campaigns.retrying import Tries
from callsvc.dialing.expecting import ASSUMED
from callsvc.planning.twin.again import try_again
from callsvc.planning.twin.parts import Somewhere

REACHED: Final = "reached"
RING_S: Final = 12.0
"""From the set-up of a call to its answer."""
HOUR: Final = 3600.0


class CampaignPart(Somewhere):
    """``from``: its first call; ``to``: after which it calls nobody. People live where calls come from."""

    people: int = Field(ge=1, le=1_000_000)
    calls_per_second: float = Field(1.0, gt=0, le=1000)
    shares: dict[str, float] = Field(
        default_factory=lambda: {name: kind.share for name, kind in ASSUMED.items()},
        description="how a try goes, by disposition",
    )
    for_agents: float = Field(0.5, ge=0, le=1, description="of those reached")
    retries: Retries = Retries()

    @model_validator(mode="after")
    def _add_up(self) -> "CampaignPart":
        if min(self.shares.values(), default=-1) < 0 or abs(sum(self.shares.values()) - 1) > 0.001:
            raise ValueError(
                "shares: parts of one that add up to one, such as {reached: 0.4, no-answer: 0.6}"
            )
        return self


@dataclass
class Tried:
    """What became of a campaign on one day: ``people`` had a call, ``asked`` waited for an agent at all."""

    people: int = 0
    calls: int = 0
    again: int = 0  # calls that were not somebody's first
    reached: int = 0
    asked: int = 0
    arrivals: list[tuple[float, int]] = field(default_factory=list)


def call_people(
    campaign: CampaignPart, weights: Sequence[tuple[int, float]], ends_s: float, random: Random
) -> Tried:
    """Play a campaign; ``arrivals`` are (second of the day, region) of those who want an agent.

    ``weights``: how many people live in which region, by its index. ``ends_s``: the day's end.
    """
    told, ends = Tried(), min(campaign.to_h * HOUR, ends_s)
    bounds = list(accumulate(share for _, share in weights))
    regions = random.choices([index for index, _ in weights], cum_weights=bounds, k=campaign.people)
    names, shares = list(campaign.shares), list(accumulate(campaign.shares.values()))
    due = [(campaign.from_h * HOUR, number) for number in range(campaign.people)]
    tries = [Tries()] * campaign.people
    free_at = 0.0  # when the pace lets the next call through
    while due:
        due_at, person = heapq.heappop(due)
        at = max(due_at, free_at)
        if at >= ends:
            break
        free_at = at + 1 / campaign.calls_per_second
        how = random.choices(names, cum_weights=shares)[0]
        lasted = ASSUMED[how].seconds if how in ASSUMED else 0.0
        told.calls += 1
        told.people += not tries[person].total
        told.again += tries[person].total > 0
        flags = flags_of(how)
        tries[person] = tries[person].with_one(flags)
        ended_at = at + RING_S + lasted
        if how == REACHED:
            told.reached += 1
            if random.random() < campaign.for_agents:
                told.asked += 1
                told.arrivals.append((ended_at, regions[person]))
        again = try_again(campaign.retries, flags, tries[person], ended_at)
        if again is not None:
            heapq.heappush(due, (again, person))
    return told


def means_of(days: Sequence[Tried]) -> dict[str, float]:
    """The mean day of a campaign."""
    return {name: sum(getattr(day, name) for day in days) / len(days) for name in FIGURES}


def line_of(number: int, means: dict[str, float]) -> str:
    """What a report says of it."""
    return (
        f"campaign {number}: {means['people']:.0f} people called, {means['calls']:.0f} calls "
        f"({means['again']:.0f} further tries), {means['reached']:.0f} reached, "
        f"{means['asked']:.0f} asked for an agent"
    )


FIGURES: Final = ("people", "calls", "again", "reached", "asked")
