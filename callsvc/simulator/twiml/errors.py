"""How a document can stop.

Stop            the call is to be ended now
  HangUp        by the Hangup verb
  Rejected      by the Reject verb, before the answer
  LeaveQueue    by the Leave verb, in the document a queue plays: the call goes on after its Enqueue
DocumentError   the document could not be had or run: the fallback address is next, then a notification
"""

from __future__ import annotations

from callsvc.simulator.twiml.codes import CODES


class Stop(Exception):
    """The document ends now, and what holds it decides about the call."""


class HangUp(Stop):
    """The Hangup verb."""


class LeaveQueue(Stop):
    """The Leave verb."""


class Rejected(Stop):
    """The Reject verb; `status` is the call's final status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class DocumentError(Exception):
    """Code and words of the vendor's notification."""

    def __init__(self, code: int, detail: str = "") -> None:
        known = CODES.get(code)
        self.code = code
        self.message = ": ".join(filter(None, (known.words if known else "", detail)))
        super().__init__(self.message)
