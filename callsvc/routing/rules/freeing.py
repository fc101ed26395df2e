"""What an agent who has just become free does next: an own call, aid, or nothing. The letters name the rule.

    a  an own call, by the order of service: the oldest that may still be answered in time, or the oldest
    b  rescue: a call about to become late, of a region below its floor that received no more aid than it gave
    c  a call of the region with the longest predicted wait; with own late calls, only when that wait is
       ``ratio`` times our own (more when aid is measured to be slow)
    d  an own late call, the oldest
    e  a late call of the region with the longest predicted wait

b, c and e only while the region lends: it has not opted out, keeps its reserve and is under its cap; and only
for regions that are being aided. b and c lend on purpose where two regions may hold each other's calls. In
order of arrival, a and d are one: the oldest own call comes before any aid.
"""

from typing import NamedTuple

from callsvc.routing.rules.lending import why_not_lend
from callsvc.routing.rules.regions import NOBODY, Country, Region, is_overloaded, wait_of
from callsvc.routing.rules.slowness import ratio_for
from callsvc.routing.rules.terms import Terms


class Work(NamedTuple):
    """One call to take: the oldest young one of ``region``, or its oldest late one."""

    letter: str
    region: Region
    young: bool


def serves_young_first(country: Country, terms: Terms) -> bool:
    """Are those still in time answered before those already late?

    By default only in overload: in order of arrival everybody would then be late, a few seconds each.
    """
    if terms.order == "deadline-in-overload":
        return is_overloaded(country, terms.overload_s)
    return terms.order == "deadline-first"


def next_is_young(region: Region, young_first: bool) -> bool:
    """Which call of this region is next by the order of service: its oldest young, or its oldest late one?"""
    return region.young_since < NOBODY and (young_first or region.late_since == NOBODY)


def choose_work(helper: Region, country: Country, terms: Terms, now: float) -> Work | None:
    """The call an agent freed in ``helper`` takes, or None: they stay idle. Ages must be up to date."""
    young_first = serves_young_first(country, terms)
    if helper.waiting and (not young_first or helper.young_since < NOBODY):
        return Work("a", helper, next_is_young(helper, young_first))
    lends = why_not_lend(helper) is None
    if lends:
        found = _rescue(helper, country, terms, now) or _longest(helper, country, terms, young_first)
        if found is not None:
            return found
    if helper.waiting:
        return Work("d", helper, young=False)
    return _longest_late(helper, country) if lends else None


def _rescue(helper: Region, country: Country, terms: Terms, now: float) -> Work | None:
    oldest, best = now - terms.rescue_s, None
    for region in country.pressed:
        if (
            region.young_since <= oldest
            and region.ledger < terms.rescue_below
            and region.received <= region.given
            and region.active
            and region is not helper
        ):
            oldest, best = region.young_since, region
    return Work("b", best, young=True) if best is not None else None


def _longest(helper: Region, country: Country, terms: Terms, young_first: bool) -> Work | None:
    best, longest = None, 0.0
    if helper.waiting:
        longest = ratio_for(terms.ratio, country.slowness) * wait_of(helper)
    for region in country.pressed:
        if region.young_since < NOBODY and region.active and region is not helper:
            wait_s = wait_of(region)
            if wait_s >= longest:
                best, longest = region, wait_s
    return Work("c", best, next_is_young(best, young_first)) if best is not None else None


def _longest_late(helper: Region, country: Country) -> Work | None:
    best, longest = None, 0.0
    for region in country.pressed:
        if region.late_since < NOBODY and region.active and region is not helper:
            wait_s = wait_of(region)
            if wait_s >= longest:
                best, longest = region, wait_s
    return Work("e", best, young=False) if best is not None else None
