"""Every reason ``may_contact`` can give, and what can end it. The table is the whole list.

never   nothing will change it in this campaign: the person's place ends with it
time    the clock heals it, and ``Verdict.earliest`` counts it
event   somebody or something else must change first: nobody knows when
"""

from collections.abc import Iterable
from typing import Literal

from callsvc.campaigns.dispositions import STOPPED

Healing = Literal["never", "time", "event"]

SUPPRESSED = "suppressed"
TOO_OLD = "too-old"
CAMPAIGN_ENDED = "campaign-ended"

REASONS: dict[str, Healing] = {
    # the person and the number
    SUPPRESSED: "never",
    "no-number": "never",
    "country-not-allowed": "never",
    "number-kind-not-allowed": "never",
    "fiction-number": "never",
    "no-consent-basis": "never",
    "consent-expired": "never",
    TOO_OLD: "never",
    # where they are
    "zone-unknown": "never",
    "zones-disagree": "never",
    # the campaign
    CAMPAIGN_ENDED: "never",
    "campaign-not-running": "event",
    "campaign-not-started": "time",
    "budget-spent": "time",
    "budget-in-hand": "time",
    # hours, and what the number has been through
    "outside-window": "time",
    "outside-wish": "time",
    "slot-announced": "time",
    "unannounced": "event",
    "cap-reached": "time",
    "week-cap-reached": "time",
    "month-cap-reached": "time",
    "legal-cap-reached": "time",
    "part-of-day-spent": "time",
    "day-spent": "time",
    "redial-lock": "time",
    "refused-recently": "time",
    "number-busy": "event",
}

FINAL_REASONS = frozenset(reason for reason, healing in REASONS.items() if healing == "never")


def outcome_of(reasons: Iterable[str], *, tried: bool, uncallable: str, not_reached: str) -> str:
    """How a person's place ends with these reasons, of which one at least is for ever.

    An opt-out and a case that is too old are outcomes of their own. Whoever was tried before was not
    reached; whom the campaign's end came before was stopped, and who never could be called was uncallable.

    >>> outcome_of(["zone-unknown"], tried=False, uncallable="uncallable", not_reached="not-reached")
    'uncallable'
    """
    told = set(reasons)
    for own in (SUPPRESSED, TOO_OLD):
        if own in told:
            return own
    if not tried and told & FINAL_REASONS == {CAMPAIGN_ENDED}:
        return STOPPED
    return not_reached if tried else uncallable
