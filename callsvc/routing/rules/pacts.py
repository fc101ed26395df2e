"""What is agreed and lent, put where the other rules read it: the live service and the twin do it alike."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from callsvc.routing.rules.regions import Pact, Region


class Terms(Protocol):
    """One agreement, however it is kept."""

    @property
    def aided_region(self) -> str: ...
    @property
    def aiding_region(self) -> str: ...
    @property
    def rank(self) -> int: ...
    @property
    def activate_wait_s(self) -> int: ...
    @property
    def release_wait_s(self) -> int: ...
    @property
    def cap(self) -> int: ...


class Ordered(Protocol):
    """Agents lent on purpose."""

    @property
    def aided(self) -> str: ...
    @property
    def aiding(self) -> str: ...
    @property
    def agents(self) -> int: ...


def agree(
    regions: Mapping[str, Region],
    agreed: Iterable[Terms],
    orders: Sequence[Ordered],
    distance: Callable[[str, str], Any],
) -> None:
    """Put what is agreed and lent into the regions: who may help each, on which terms, the nearest first.

    Aid of a region opens at the lowest threshold of its agreements and closes at the lowest release; whoever
    agreed to a higher one helps from there. An order alone lets its agents in and nobody else.
    """
    pacts: defaultdict[str, dict[str, Pact]] = defaultdict(dict)
    by_home: defaultdict[str, list[Terms]] = defaultdict(list)
    for one in agreed:
        if one.aided_region in regions and one.aiding_region in regions:
            by_home[one.aided_region].append(one)
    for home, terms in by_home.items():
        opens_s = min(one.activate_wait_s for one in terms)
        regions[home].opens_s, regions[home].closes_s = opens_s, min(one.release_wait_s for one in terms)
        for one in terms:
            later = one.activate_wait_s if one.activate_wait_s > opens_s else 0.0
            pacts[home][one.aiding_region] = Pact(rank=one.rank, opens_s=later, cap=one.cap)
    for order in orders:
        pact = pacts[order.aided].get(order.aiding, Pact(cap=0))
        pacts[order.aided][order.aiding] = pact._replace(ordered=pact.ordered + order.agents)
    for code, region in regions.items():
        region.pacts = pacts[code]
        region.near = [regions[other] for other in sorted(pacts[code], key=lambda one: distance(code, one))]
