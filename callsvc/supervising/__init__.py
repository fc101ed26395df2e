"""``/console/supervision/``, ``queues/``, ``agents/``, ``aid/``: what a supervisor follows and steers."""

from callsvc.supervising import (
    agreements,
    aid,
    delegations,
    floor,
    lending,
    limits,
    listening,
    overview,
    queues,
    terms,
)
from callsvc.supervising.blueprint import blueprint

__all__ = [
    "agreements",
    "aid",
    "blueprint",
    "delegations",
    "floor",
    "lending",
    "limits",
    "listening",
    "overview",
    "queues",
    "terms",
]
