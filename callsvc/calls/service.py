"""The public verbs of calls, each in the file named after it."""

from callsvc.calls.conferences import open_conference, place_agent_leg
from callsvc.calls.updates import end_leg, move_to_conference, move_to_wait

__all__ = ["end_leg", "move_to_conference", "move_to_wait", "open_conference", "place_agent_leg"]
