"""Callbacks in place of waiting: when one is offered, and when an agent may make one."""

from callsvc.routing.rules.regions import Country, Region
from callsvc.routing.rules.terms import Terms


def offers_callback(waited_s: float, terms: Terms) -> bool:
    """Is somebody who has waited this long offered a callback? They keep their place if they decline."""
    return terms.callback_after_s is not None and waited_s >= terms.callback_after_s


def may_call_back(region: Region, terms: Terms) -> bool:
    """May an idle agent of this region call somebody back? Those who wait now come first."""
    return not region.waiting and region.idle > max(region.kept, terms.callback_idle * region.agents)


def may_call_back_for(helper: Region, home: Region, country: Country, terms: Terms) -> bool:
    """The same for a callback owed to somebody of another region: it is aid, and nobody may be waiting."""
    return (
        may_call_back(helper, terms)
        and not country.waiting
        and not helper.opted_out
        and helper.aid_out < helper.most_lent
        and helper is not home
    )
