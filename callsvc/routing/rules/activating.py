"""When a region begins to be aided, and when it stops.

Two thresholds and a dwell keep aid from flapping: it opens at one predicted wait, closes below a lower one,
and not before ``dwell_s`` have passed since it opened. With half an hour, none opens more than twice an hour.
"""

from callsvc.routing.rules.regions import Region, wait_of
from callsvc.routing.rules.terms import Terms


def is_aided(region: Region, terms: Terms, now: float) -> bool:
    """Is it being aided from now on? Ask when a call begins to wait and when an agent becomes free."""
    wait_s = wait_of(region)
    if region.active:
        return wait_s >= terms.release_s or not region.idle or now - region.activated_at < terms.dwell_s
    return wait_s >= terms.activate_s and region.waiting > 0


def activate(region: Region, terms: Terms, now: float) -> bool:
    """Decide and remember; True when the region was not aided before and is now."""
    active = is_aided(region, terms, now)
    opened = active and not region.active
    if opened:
        region.activated_at = now
    region.active = active
    return opened
