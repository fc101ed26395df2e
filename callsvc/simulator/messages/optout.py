"""The words by which a person stops a sender, and starts it again.

"STOP, STOPALL, UNSUBSCRIBE, CANCEL, END or QUIT ... further messages to that number fail with error 21610
... START, YES and UNSTOP opt back in." The whole text must be the word; case and spaces around are ignored.
French words such as ARRET are the service's own affair, as with this vendor.
"""

from __future__ import annotations

_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"})
_START = frozenset({"START", "YES", "UNSTOP"})


def is_stop(body: str) -> bool:
    """Whether this text blocks its sender's number."""
    return body.strip().upper() in _STOP


def is_start(body: str) -> bool:
    """Whether this text lifts the block."""
    return body.strip().upper() in _START
