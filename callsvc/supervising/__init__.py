"""``/console/queues/``, ``/console/agents/``, ``/console/aid/``: what a supervisor follows and steers."""

from callsvc.supervising import agreements, aid, floor, lending, limits, listening, queues, terms
from callsvc.supervising.blueprint import blueprint

__all__ = ["agreements", "aid", "blueprint", "floor", "lending", "limits", "listening", "queues", "terms"]
