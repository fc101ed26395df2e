"""How a document can stop.

Stop            the call is to be ended now
  HangUp        by the Hangup verb
  Rejected      by the Reject verb, before the answer
DocumentError   the document could not be had or run: the fallback address is next, then a notification
"""

from __future__ import annotations


class Stop(Exception):
    """The call is to be ended now."""


class HangUp(Stop):
    """The Hangup verb."""


class Rejected(Stop):
    """The Reject verb; `status` is the call's final status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class DocumentError(Exception):
    """Code and words of the vendor's notification."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
