"""When a region begins to be aided, and when it stops.

Two thresholds and a dwell keep aid from flapping: it opens at one predicted wait, closes below a lower one,
and not before ``dwell_s`` have passed since it opened. With half an hour, none opens more than twice an hour.
"""

from callsvc.routing.rules.regions import Region, wait_of
from callsvc.routing.rules.terms import Terms


def is_aided(region: Region, terms: Terms, now: float) -> bool:
    """Is it being aided from now on? Ask when a call begins to wait and when an agent becomes free."""
    wait_s = max(wait_of(region), region.scarce_s)
    if region.active:
        closes_s = terms.release_s if region.closes_s is None else region.closes_s
        too_early = now - region.activated_at < terms.dwell_s
        return wait_s >= closes_s or (region.agents > 0 and not region.idle) or too_early
    opens_s = terms.activate_s if region.opens_s is None else region.opens_s
    return wait_s >= opens_s and region.waiting > 0


def activate(region: Region, terms: Terms, now: float) -> bool:
    """Decide and remember; True when the region was not aided before and is now."""
    active = is_aided(region, terms, now)
    opened = active and not region.active
    if opened:
        region.activated_at = now
    region.active = active
    return opened
