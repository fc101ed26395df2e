"""Which region helps with a call that arrived where nobody is idle."""

from typing import Final

from callsvc.routing.rules.regions import Region

STEP: Final = 0.05
"""Helpers that can spare the same twentieth of their agents are told apart by fairness, then by distance."""


def why_not_lend(helper: Region) -> str | None:
    """Why this region lends nobody now, or None if it lends."""
    if helper.opted_out:
        return "opted-out"
    if helper.idle <= helper.kept:
        return "reserve"
    if helper.aid_out >= helper.most_lent:
        return "cap"
    return None


def why_not_help(home: Region, helper: Region) -> str | None:
    """Why ``helper`` is not asked for an arriving call of ``home``, or None if it may be.

    One way: two regions never hold each other's calls by this rule.
    """
    if helper.waiting:
        return "own-calls-waiting"
    if home.holds.get(helper.code):
        return "itself-aided"
    return why_not_lend(helper)


def choose_helper(home: Region) -> Region | None:
    """The region that takes a call of ``home``, or None when it waits.

    The one that can spare the largest share of its agents; among equals the one that lends least for its
    size; then the nearest.
    """
    best, most, least = None, 0.0, 0.0
    for helper in home.near:
        spare = helper.idle - helper.kept
        if spare <= 0 or why_not_help(home, helper) is not None:
            continue
        share = spare / helper.agents // STEP
        lends = helper.aid_out / helper.agents
        if best is None or share > most or (share == most and lends < least):
            best, most, least = helper, share, lends
    return best
