"""Every page of campaigns, so that importing this module makes them known."""

from callsvc.campaigning import (
    acting,
    approvals,
    basics,
    callers,
    check,
    filing,
    hours,
    imports,
    launch,
    listing,
    mapping,
    pace,
    people,
    rehearsals,
    showing,
    stops,
)
from callsvc.campaigning.blueprint import blueprint

__all__ = [
    "acting",
    "approvals",
    "basics",
    "blueprint",
    "callers",
    "check",
    "filing",
    "hours",
    "imports",
    "launch",
    "listing",
    "mapping",
    "pace",
    "people",
    "rehearsals",
    "showing",
    "stops",
]
