"""What an agent who has just become free does next: an own call, aid, or nothing. The letters name the rule.

    a  an own call, by the order of service: the oldest that may still be answered in time, or the oldest
    b  rescue: a call about to become late, of a region below its floor that received no more aid than it gave
    c  a call of the region with the longest predicted wait; with own late calls, only when that wait is
       ``ratio`` times our own (more when aid is measured to be slow)
    d  an own late call: the oldest, or by turns the oldest that can still be answered within a minute
    e  a late call of the region with the longest predicted wait, one way: of none that holds a call of ours

b, c and e only while the region lends: it has not opted out, keeps its reserve and is under its cap; and only
for regions that are being aided, as agreed. b and c lend on purpose where two regions may hold each other's
calls. In order of arrival, a and d are one: the oldest own call comes before any aid.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from callsvc.routing.rules.lending import may_take_from, why_not_lend
from callsvc.routing.rules.regions import NOBODY, Country, Region, has_calls, is_overloaded, wait_of
from callsvc.routing.rules.slowness import ratio_for, rescue_below
from callsvc.routing.rules.terms import Terms

Age = Literal["young", "second", "late"]
"""A region's oldest call that is still in time; that is late but within the second promise; of all."""


class Work(NamedTuple):
    """One call to take: the oldest of this age in the queue of ``region``."""

    letter: str
    region: Region
    age: Age


def serves_young_first(country: Country, terms: Terms) -> bool:
    """Are those still in time answered before those already late?

    By default only in overload: in order of arrival everybody would then be late, a few seconds each.
    """
    if terms.order == "deadline-in-overload":
        return is_overloaded(country, terms.overload_s)
    return terms.order == "deadline-first"


def next_age(region: Region, young_first: bool, terms: Terms) -> Age:
    """Whose turn it is in the queue of this region, which has calls waiting.

    In order of arrival the oldest. Else who is still in time; then, by turns in the proportion
    ``second_share``, who can still be answered within the second promise, and the oldest of all.
    """
    late = region.late_since < NOBODY
    if region.young_since < NOBODY and (young_first or not late):
        return "young"
    return next_late(region, terms) if young_first else "late"


def next_late(region: Region, terms: Terms) -> Age:
    """Which of the late calls: the oldest, or by turns the oldest within the second promise."""
    taken, share = region.late_taken, terms.second_share
    if region.second_since < NOBODY and math.floor((taken + 1) * share) > math.floor(taken * share):
        return "second"
    return "late"


def is_plain(helper: Region) -> bool:
    """Own calls wait and all of them are still in time: the oldest is next, whatever goes on elsewhere."""
    return helper.young_since < NOBODY and helper.late_since == NOBODY


def choose_work(helper: Region, country: Country, terms: Terms, now: float) -> Work | None:
    """The call an agent freed in ``helper`` takes, or None: they stay idle. Ages must be up to date."""
    young_first = serves_young_first(country, terms)
    own = has_calls(helper)
    if own and (not young_first or helper.young_since < NOBODY):
        return Work("a", helper, next_age(helper, young_first, terms))
    lends = why_not_lend(helper) is None
    aided: list[Region] = []
    if lends or country.ordered:
        aided = [region for region in country.pressed if may_take_from(region, helper, lends)]
    found = _rescue(aided, country, terms, now) or _longest(helper, aided, country, terms, young_first)
    if found is not None:
        return found
    if own:
        return Work("d", helper, next_late(helper, terms))
    one_way = [region for region in aided if not region.holds.get(helper.code)]
    return _longest_late(one_way, terms, young_first)


def _rescue(aided: Sequence[Region], country: Country, terms: Terms, now: float) -> Work | None:
    oldest, best = now - terms.rescue_s, None
    below = rescue_below(terms.rescue_below, country.slowness)
    for region in aided:
        if region.young_since <= oldest and region.ledger < below and region.received <= region.given:
            oldest, best = region.young_since, region
    return Work("b", best, "young") if best is not None else None


def _longest(
    helper: Region, aided: Sequence[Region], country: Country, terms: Terms, young_first: bool
) -> Work | None:
    best, longest = None, 0.0
    if has_calls(helper):
        longest = ratio_for(terms.ratio, country.slowness) * wait_of(helper)
    for region in aided:
        if region.young_since < NOBODY:
            wait_s = wait_of(region)
            if wait_s >= longest:
                best, longest = region, wait_s
    return Work("c", best, next_age(best, young_first, terms)) if best is not None else None


def _longest_late(aided: Sequence[Region], terms: Terms, young_first: bool) -> Work | None:
    best, longest = None, 0.0
    for region in aided:
        if region.late_since < NOBODY:
            wait_s = wait_of(region)
            if wait_s >= longest:
                best, longest = region, wait_s
    if best is None:
        return None
    return Work("e", best, next_late(best, terms) if young_first else "late")
