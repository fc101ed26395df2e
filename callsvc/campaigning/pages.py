"""Every page of campaigns, so that importing this module makes them known."""

from callsvc.campaigning import (
    acting,
    basics,
    check,
    filing,
    hours,
    launch,
    listing,
    pace,
    people,
    showing,
)
from callsvc.campaigning.blueprint import blueprint

__all__ = [
    "acting",
    "basics",
    "blueprint",
    "check",
    "filing",
    "hours",
    "launch",
    "listing",
    "pace",
    "people",
    "showing",
]
