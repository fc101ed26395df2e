"""The public verbs of calls, each in the file named after it."""

from callsvc.calls.conferences import (
    open_conference,
    place_agent_leg,
    place_consult_leg,
    place_supervisor_leg,
)
from callsvc.calls.dialled import agents_may_call, by_dial, dial_out
from callsvc.calls.statuses import look_soon
from callsvc.calls.updates import (
    be_heard,
    end_leg,
    hold,
    move_to,
    move_to_conference,
    move_to_wait,
    mute,
    tell_ringing,
)

__all__ = [
    "agents_may_call",
    "be_heard",
    "by_dial",
    "dial_out",
    "end_leg",
    "hold",
    "look_soon",
    "move_to",
    "move_to_conference",
    "move_to_wait",
    "mute",
    "open_conference",
    "place_agent_leg",
    "place_consult_leg",
    "place_supervisor_leg",
    "tell_ringing",
]
