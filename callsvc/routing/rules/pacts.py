"""What is agreed and lent, put where the other rules read it: the live service and the twin do it alike."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

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


class Agreed(NamedTuple):
    """What all of it comes to for one region: who may help it, the nearest first, on which terms."""

    pacts: Mapping[str, Pact]
    near: Sequence[str]
    thresholds: tuple[float, float] | None
    """Predicted waits at which its aid opens and closes; None when nothing is agreed."""


def agree(
    regions: Mapping[str, Region],
    agreements: Iterable[Terms],
    orders: Sequence[Ordered],
    distance: Callable[[str, str], Any],
) -> None:
    """Put what is agreed and lent into the regions."""
    put_agreed(regions, agreed(regions, agreements, orders, distance))


def agreed(
    codes: Iterable[str],
    agreements: Iterable[Terms],
    orders: Sequence[Ordered],
    distance: Callable[[str, str], Any],
) -> Mapping[str, Agreed]:
    """By region. Its aid opens at the lowest threshold of its agreements and closes at the lowest release;
    whoever agreed to a higher one helps from there. An order alone lets its agents in and nobody else.
    """
    known = dict.fromkeys(codes)
    pacts: defaultdict[str, dict[str, Pact]] = defaultdict(dict)
    thresholds: dict[str, tuple[float, float]] = {}
    by_home: defaultdict[str, list[Terms]] = defaultdict(list)
    for one in agreements:
        if one.aided_region in known and one.aiding_region in known:
            by_home[one.aided_region].append(one)
    for home, terms in by_home.items():
        opens_s = min(one.activate_wait_s for one in terms)
        thresholds[home] = opens_s, min(one.release_wait_s for one in terms)
        for one in terms:
            later = one.activate_wait_s if one.activate_wait_s > opens_s else 0.0
            pacts[home][one.aiding_region] = Pact(rank=one.rank, opens_s=later, cap=one.cap)
    for order in orders:
        pact = pacts[order.aided].get(order.aiding, Pact(cap=0))
        pacts[order.aided][order.aiding] = pact._replace(ordered=pact.ordered + order.agents)
    return {
        code: Agreed(
            pacts[code], sorted(pacts[code], key=lambda one: distance(code, one)), thresholds.get(code)
        )
        for code in known
    }


def put_agreed(regions: Mapping[str, Region], found: Mapping[str, Agreed]) -> None:
    """``found``, of these regions or more, where the rules read it."""
    for code, region in regions.items():
        region.pacts, near, thresholds = found[code]
        region.near = [regions[other] for other in near]
        if thresholds is not None:
            region.opens_s, region.closes_s = thresholds
