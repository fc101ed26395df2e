"""Every page of campaigns, so that importing this module makes them known."""

from callsvc.campaigning import acting, listing, showing
from callsvc.campaigning.blueprint import blueprint

__all__ = ["acting", "blueprint", "listing", "showing"]
