"""Where a document runs, and which verbs may run there.

"The waitUrl of a conference may hold Say, Play, Pause and Redirect" (13238 otherwise); "the url of a Number
may not hold Dial" (13201); "the waitUrl of a queue: Play, Say, Pause, Hangup, Redirect, Leave, Gather"; "the
url of a Queue: Play, Say, Pause, Redirect".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callsvc.simulator.twiml import codes


@dataclass(frozen=True)
class Place:
    """`verbs` may run here (None: all but Leave); of the others `refusals` names the code, else `code`."""

    name: str
    verbs: frozenset[str] | None = None
    code: int = codes.SCHEMA
    refusals: Mapping[str, int] = field(default_factory=dict)

    def refusal(self, verb: str) -> int | None:
        """The code with which this verb is refused here; None when it may run."""
        if self.verbs is None:
            return codes.SCHEMA if verb == "Leave" else None
        return None if verb in self.verbs else self.refusals.get(verb, self.code)


CALL = Place("call")
WHISPER = Place(
    "whisper",
    frozenset({"Say", "Play", "Pause", "Gather", "Hangup", "Redirect"}),
    refusals={"Dial": codes.DIAL_IN_DIAL},
)
CONFERENCE_WAIT = Place(
    "conference-wait", frozenset({"Say", "Play", "Pause", "Redirect"}), code=codes.CONFERENCE_WAIT_VERB
)
QUEUE_WAIT = Place("queue-wait", frozenset({"Say", "Play", "Pause", "Gather", "Hangup", "Redirect", "Leave"}))
QUEUE_WHISPER = Place("queue-whisper", frozenset({"Say", "Play", "Pause", "Redirect"}))
