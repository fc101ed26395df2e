"""The life of a hand-over to the regional authority (level 3), as a table; why there are some, how they end.

waiting -> taken     somebody of the authority has it
   |         |-> closed     with an outcome
   '---------'-> returned   to its platform, with a reason: the case is of level 2 again
"""

from datetime import timedelta
from typing import Final, Literal, get_args

ACTIONS: Final[dict[str, tuple[frozenset[str], str]]] = {
    "take": (frozenset({"waiting"}), "taken"),
    "return": (frozenset({"waiting", "taken"}), "returned"),
    "close": (frozenset({"taken"}), "closed"),
}
"""Action -> states it may start from, the state it leads to."""

OPEN: Final = ("waiting", "taken")

DUE: Final = timedelta(hours=24)
"""Lived, from the hand-over: a contact is worth calling for about that long. Afterwards it is late."""

Reason = Literal[
    "cluster",
    "school",
    "health-facility",
    "care-home",
    "travel",
    "refuses-to-answer",
    "unreachable",
    "other",
]
"""Why a case is handed over."""

Outcome = Literal["followed-up", "cluster-opened", "no-action-needed", "lost", "duplicate"]
"""What the authority did of it."""

Return = Literal["not-for-the-authority", "information-missing", "wrong-region"]
"""Why it gives a case back."""

REASONS: Final[tuple[str, ...]] = get_args(Reason)
OUTCOMES: Final[tuple[str, ...]] = get_args(Outcome)
RETURNS: Final[tuple[str, ...]] = get_args(Return)


def may(action: str, state: str) -> bool:
    """Whether an action is possible now: `may("close", "waiting")` is false."""
    return state in ACTIONS[action][0]


def words_of(action: str) -> tuple[str, ...]:
    """What must be said with an action: an outcome, a reason to return, or nothing."""
    return {"close": OUTCOMES, "return": RETURNS}.get(action, ())
