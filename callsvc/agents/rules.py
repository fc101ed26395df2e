"""What an agent's states are and how one follows another.

    idle -> reserved -> on-call -> wrap-up -> idle
      ^________|___________|  (not taken; the contact or the agent's leg went away before they met)

The *activity* is the agent's own word and may change at any time; only ``available`` and ``idle`` together
make an agent free. Someone on break in the middle of a call finishes it and is then not offered another.
"""

from typing import Final

from callsvc.core.errors import Invalid

ACTIVITIES: Final = ("offline", "available", "break", "training", "other-channel")
STATES: Final = ("idle", "reserved", "on-call", "wrap-up")

LIMITED: Final = ("break", "training", "other-channel")
"""Activities an administrator may limit: who is away or ready asks nobody."""

REASONS: Final = (
    "",
    "granted",
    "missed-offers",
    "presence-back",
    "presence-lost",
    "softphone-gone",
    "supervised",
)
"""Why an activity changed; empty: the agent declared it."""

BEYOND: Final = ("refuse", "ask")
WISH_STATES: Final = ("waiting", "granted", "refused", "withdrawn", "lapsed")

GRACE_S: Final = 30.0
"""Real seconds of silence after which nobody is at a desk: three heartbeats. A network does not run faster
because the clock of a rehearsal does, so that this is never lived time."""

COMES_BACK_S: Final = 300.0
"""Real seconds within which a desk that comes back is what it was before: a restarted browser, a train's
tunnel. After that the agent says anew what they do; nobody is made ready who went home."""


def check_activity(activity: str) -> None:
    """Raise ``activity-unknown`` for a word that is no activity."""
    if activity not in ACTIVITIES:
        raise Invalid(
            "activity-unknown", f"The activity is one of {', '.join(ACTIVITIES)}.", activity=activity
        )


def activity_after_miss(activity: str, missed_offers: int, most: int) -> str:
    """The activity after an offer timed out; ``missed_offers`` counts this one too.

    After ``most`` in a row the service sets the agent on break: nobody is at that desk.
    """
    if activity == "available" and missed_offers >= most:
        return "break"
    return activity
