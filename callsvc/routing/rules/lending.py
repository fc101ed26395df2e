"""Which region helps with a call that arrived where nobody is idle, and what bars one from helping."""

from typing import Final

from callsvc.routing.rules.regions import Pact, Region, has_calls, wait_of

STEP: Final = 0.05
"""Helpers that can spare the same twentieth of their agents are told apart by fairness, then by distance."""

USUAL: Final = Pact()


def why_not_lend(helper: Region) -> str | None:
    """Why this region lends nobody now, or None if it lends."""
    if helper.opted_out:
        return "opted-out"
    if helper.idle <= helper.kept:
        return "reserve"
    if helper.aid_out >= helper.most_lent:
        return "cap"
    return None


def is_ordered(home: Region, helper: Region) -> bool:
    """Have people lent an agent of ``helper`` to ``home`` who holds none of its calls yet?

    Then neither the reserve nor the predicted wait matters; opting out does.
    """
    pact = home.pacts.get(helper.code) if home.pacts else None
    return (
        pact is not None
        and helper.holds.get(home.code, 0) < pact.ordered
        and helper.idle > 0
        and not helper.opted_out
    )


def why_not_agreed(home: Region, helper: Region) -> str | None:
    """Why the agreement of this pair lets no call of ``home`` go to ``helper`` now, or None if it does."""
    if home.pacts is None:
        return None
    pact = home.pacts.get(helper.code)
    if pact is None:
        return "no-agreement"
    if pact.opens_s and max(wait_of(home), home.scarce_s) < pact.opens_s:
        return "not-open"
    if helper.holds.get(home.code, 0) >= pact.cap:
        return "pair-cap"
    return None


def may_take_from(home: Region, helper: Region, lends: bool) -> bool:
    """May a freed agent of ``helper`` look at the calls of ``home``? ``lends``: ``helper`` lends at all."""
    if home is helper:
        return False
    if home.pacts is None:
        return lends and home.active
    return is_ordered(home, helper) or (lends and home.active and why_not_agreed(home, helper) is None)


def why_not_help(home: Region, helper: Region) -> str | None:
    """Why ``helper`` is not asked for an arriving call of ``home``, or None if it may be.

    One way: two regions never hold each other's calls by this rule.
    """
    if has_calls(helper):
        return "own-calls-waiting"
    if home.holds.get(helper.code):
        return "itself-aided"
    if not helper.able:
        return "opted-out" if helper.opted_out else "nobody-matches"
    if is_ordered(home, helper):
        return None
    if not home.active:
        return "below-threshold"
    return why_not_lend(helper) or why_not_agreed(home, helper)


def choose_helper(home: Region) -> Region | None:
    """The region that takes a call of ``home``, or None when it waits.

    Who was lent on purpose; then the lowest rank of the agreements; then the one that can spare the largest
    share of its agents; among equals the one that lends least for its size; then the nearest.
    """
    best, first, most, least = None, (0, 0), 0.0, 0.0
    for helper in home.near:
        spare = helper.idle - helper.kept
        ordered = is_ordered(home, helper)
        if (spare <= 0 and not ordered) or why_not_help(home, helper) is not None:
            continue
        pact = USUAL if home.pacts is None else home.pacts[helper.code]
        rank = (0 if ordered else 1, pact.rank)
        share = spare / helper.agents // STEP
        lends = helper.aid_out / helper.agents
        if (
            best is None
            or rank < first
            or (rank == first and (share > most or (share == most and lends < least)))
        ):
            best, first, most, least = helper, rank, share, lends
    return best
