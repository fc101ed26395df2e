"""The carrier's words, said once, and their order.

The order is a join: a status may only rise, so that duplicated, late and reordered news converge to the same
row. Terminal words are ordered too, only to make the join total: evidence that somebody answered (completed)
wins over a weaker end.
"""

QUEUED = "queued"
INITIATED = "initiated"
RINGING = "ringing"
IN_PROGRESS = "in-progress"
COMPLETED = "completed"
BUSY = "busy"
FAILED = "failed"
NO_ANSWER = "no-answer"
CANCELED = "canceled"

CALL_ORDER = (
    QUEUED,
    INITIATED,
    RINGING,
    IN_PROGRESS,
    FAILED,
    CANCELED,
    NO_ANSWER,
    BUSY,
    COMPLETED,
)
CALL_RANK = {status: rank for rank, status in enumerate(CALL_ORDER)}
CALL_OVER = frozenset({COMPLETED, BUSY, FAILED, NO_ANSWER, CANCELED})

MESSAGE_ORDER = ("accepted", "queued", "sending", "sent", "canceled", "failed", "undelivered", "delivered")
MESSAGE_RANK = {status: rank for rank, status in enumerate(MESSAGE_ORDER)}
MESSAGE_OVER = frozenset({"canceled", "failed", "undelivered", "delivered"})

# What answering-machine detection calls whoever picked up, in our four words.
_VERDICTS = {"human": "human", "fax": "fax", "unknown": "unknown"}


def rises(old: str | None, new: str, rank: dict[str, int]) -> bool:
    """True if ``new`` lies above ``old`` in the carrier's order; an unknown word never does.

    >>> rises("completed", "ringing", CALL_RANK)
    False
    """
    return new in rank and (old is None or rank[new] > rank[old])


def verdict(answered_by: str | None) -> str | None:
    """``machine_end_beep`` and its kin are all a machine.

    >>> verdict("machine_start")
    'machine'
    """
    if not answered_by:
        return None
    return "machine" if answered_by.startswith("machine") else _VERDICTS.get(answered_by, "unknown")
