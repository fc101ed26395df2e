"""The verbs this carrier knows. A verb is given the leg and its element; it answers where to go, or nothing.

A new verb is a new file and a line here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source

from .dial import dial
from .gather import gather
from .hangup import hangup
from .pause import pause
from .play import play
from .redirect import redirect
from .reject import reject
from .say import say

Verb = Callable[[Leg, Element], Awaitable[Source | None]]

VERBS: dict[str, Verb] = {
    "Dial": dial,
    "Gather": gather,
    "Hangup": hangup,
    "Pause": pause,
    "Play": play,
    "Redirect": redirect,
    "Reject": reject,
    "Say": say,
}
