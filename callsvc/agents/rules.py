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

MISSED_BEFORE_BREAK: Final = 3
"""Offers in a row an agent may let time out before the service sets them on break: nobody is at that desk."""


def check_activity(activity: str) -> None:
    """Raise ``activity-unknown`` for a word that is no activity."""
    if activity not in ACTIVITIES:
        raise Invalid(
            "activity-unknown", f"The activity is one of {', '.join(ACTIVITIES)}.", activity=activity
        )


def activity_after_miss(activity: str, missed_offers: int) -> str:
    """The activity after an offer timed out; ``missed_offers`` counts this one too."""
    if activity == "available" and missed_offers >= MISSED_BEFORE_BREAK:
        return "break"
    return activity
