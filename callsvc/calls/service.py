"""The public verbs of calls, each in the file named after it."""

from callsvc.calls.conferences import open_conference, place_agent_leg, place_consult_leg
from callsvc.calls.updates import end_leg, hold, move_to_conference, move_to_wait, mute

__all__ = [
    "end_leg",
    "hold",
    "move_to_conference",
    "move_to_wait",
    "mute",
    "open_conference",
    "place_agent_leg",
    "place_consult_leg",
]
