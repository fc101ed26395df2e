"""The verbs this carrier knows. A verb is given the leg and its element; it answers where to go, or nothing.

A new verb is a new file and a line here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from xml.etree.ElementTree import Element

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.twiml.dial import dial
from callsvc.simulator.twiml.echo import echo
from callsvc.simulator.twiml.enqueue import enqueue
from callsvc.simulator.twiml.gather import gather
from callsvc.simulator.twiml.hangup import hangup
from callsvc.simulator.twiml.leave import leave
from callsvc.simulator.twiml.message import message
from callsvc.simulator.twiml.not_run import not_run
from callsvc.simulator.twiml.pause import pause
from callsvc.simulator.twiml.play import play
from callsvc.simulator.twiml.record import record
from callsvc.simulator.twiml.redirect import redirect
from callsvc.simulator.twiml.reject import reject
from callsvc.simulator.twiml.say import say
from callsvc.simulator.twiml.start import start
from callsvc.simulator.twiml.stop import stop

Verb = Callable[[Leg, Element], Awaitable[Source | None]]

VERBS: dict[str, Verb] = {
    "Connect": not_run,
    "Dial": dial,
    "Echo": echo,
    "Enqueue": enqueue,
    "Gather": gather,
    "Hangup": hangup,
    "Leave": leave,
    "Message": message,
    "Pause": pause,
    "Pay": not_run,
    "Play": play,
    "Prompt": not_run,
    "Record": record,
    "Redirect": redirect,
    "Refer": not_run,
    "Reject": reject,
    "Say": say,
    "Sms": message,
    "Start": start,
    "Stop": stop,
}
