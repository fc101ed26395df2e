"""``/console/queues/``, ``/console/agents/``, ``/console/aid/``: what a supervisor follows and steers."""

from callsvc.supervising import aid, floor, lending, limits, listening, queues
from callsvc.supervising.blueprint import blueprint

__all__ = ["aid", "blueprint", "floor", "lending", "limits", "listening", "queues"]
