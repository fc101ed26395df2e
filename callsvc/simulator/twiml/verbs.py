"""The verbs this carrier knows. A verb is given the leg and its element; it answers where to go, or nothing.

A new verb is a new file and a line here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.dial import dial
from callsvc.simulator.twiml.gather import gather
from callsvc.simulator.twiml.hangup import hangup
from callsvc.simulator.twiml.pause import pause
from callsvc.simulator.twiml.play import play
from callsvc.simulator.twiml.redirect import redirect
from callsvc.simulator.twiml.reject import reject
from callsvc.simulator.twiml.say import say

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
