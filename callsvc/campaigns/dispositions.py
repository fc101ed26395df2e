"""Dispositions and their flags. Retries, pacing and metrics key off the flags, never off the names.

A disposition says how one try went; an *outcome* is how a person's place in a campaign ended, and is the
disposition of the last try, or one of the outcomes at the end of this file.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What follows from a disposition.

    final: no further try. retry_after: which delay of the campaign's policy applies otherwise.
    personal: it settles what one person has with us (their appointment), and nothing of their household.
    rests: they declined, or had answered and we let them down; no robot calls the number for a while.
    """

    human_answered: bool = False
    machine: bool = False
    reached: bool = False
    refused: bool = False
    unworkable: bool = False
    callback: bool = False
    opt_out: bool = False
    resolved_by_phone: bool = False
    personal: bool = False
    rests: bool = False
    final: bool = False
    retry_after: str = ""

    @property
    def broken_off(self) -> bool:
        """Somebody answered, and the call ended before its end: tried again to be completed."""
        return self.human_answered and not self.final


DISPOSITIONS: dict[str, Flags] = {
    # the flow's own endings
    "reached": Flags(human_answered=True, reached=True, final=True),
    "connected": Flags(human_answered=True, reached=True, final=True),
    "confirmed": Flags(human_answered=True, reached=True, personal=True, final=True),
    "moved": Flags(human_answered=True, reached=True, personal=True, final=True),
    "canceled-visit": Flags(human_answered=True, reached=True, personal=True, final=True),
    "appointment-confirmed": Flags(human_answered=True, reached=True, personal=True, final=True),
    "move-requested": Flags(human_answered=True, reached=True, personal=True, final=True),
    "appointment-booked": Flags(human_answered=True, reached=True, personal=True, final=True),
    "survey-answered": Flags(human_answered=True, reached=True, final=True),
    "acknowledged": Flags(human_answered=True, reached=True, final=True),
    "sms-stopped": Flags(human_answered=True, opt_out=True, final=True),
    "callback-booked": Flags(human_answered=True, callback=True, final=True),
    "opted-out": Flags(human_answered=True, opt_out=True, final=True),
    "wrong-person": Flags(human_answered=True, unworkable=True, final=True),
    "refused": Flags(human_answered=True, refused=True, final=True),
    "suppressed": Flags(opt_out=True, final=True),
    "identity-unconfirmed": Flags(human_answered=True, retry_after="hung-up"),
    "voicemail": Flags(machine=True, retry_after="machine"),
    "machine": Flags(machine=True, retry_after="machine"),
    "fax": Flags(machine=True, unworkable=True, final=True),
    "no-input": Flags(human_answered=True, retry_after="hung-up"),
    "hung-up": Flags(human_answered=True, retry_after="hung-up"),
    "abandoned": Flags(human_answered=True, rests=True, retry_after="abandoned"),
    "closed": Flags(human_answered=True, rests=True, retry_after="abandoned"),
    "unavailable": Flags(human_answered=True, rests=True, retry_after="abandoned"),
    "flow-limit": Flags(human_answered=True, retry_after="hung-up"),
    "flow-broken": Flags(human_answered=True, retry_after="failed"),
    "timed-out": Flags(human_answered=True, retry_after="failed"),
    # an agent's
    "resolved-by-phone": Flags(human_answered=True, reached=True, resolved_by_phone=True, final=True),
    "unresolved": Flags(human_answered=True, reached=True, final=True),
    "callback": Flags(human_answered=True, reached=True, callback=True, final=True),
    "not-needed": Flags(final=True),  # an agent looked before calling: the matter is settled
    # the carrier's
    "busy": Flags(retry_after="busy"),
    "declined": Flags(rests=True, retry_after="declined"),  # it rang, and they pressed it away
    "no-answer": Flags(retry_after="no-answer"),
    "failed": Flags(retry_after="failed"),
    "canceled": Flags(retry_after="failed"),
    "not-placed": Flags(retry_after="failed"),
    "undelivered": Flags(final=True),
    "other-channel": Flags(final=True),
    "interrupted": Flags(rests=True, retry_after="failed"),  # answered, but our side failed before a word
}

DECLINED = "declined"
CONNECTED = "connected"  # an agent and the person spoke; the agent's own word, when it comes, replaces it

# What an agent may choose when a call is over. Each says that they spoke with the person meant, so that on a
# call from outside each closes the person's place; see dialing/holding.py.
AGENTS = (
    "reached",
    "resolved-by-phone",
    "confirmed",
    "moved",
    "unresolved",
    "callback",
    "refused",
    "opted-out",
)

# The same of a call that an agent made: a machine may have answered, and the person is tried again.
DIALLING = (*AGENTS, "voicemail")

# Outcomes that are nobody's disposition.
NOT_REACHED = "not-reached"  # every try allowed was made, or the campaign ended first
STOPPED = "stopped"  # the campaign was stopped before this person could be called
CALLBACK_CANCELED = "callback-canceled"  # a return call was promised, and the campaign was stopped
TOO_OLD = "too-old"  # no longer worth a call, see the campaign's worth_days
UNCALLABLE = "uncallable"  # never may be called in this campaign: no number, country, kind...
UNDELIVERED = "undelivered"  # by SMS: the first message never arrived
OTHER_CHANNEL = "other-channel"  # the person prefers the other channel: the campaign for it contacts them


def flags_of(disposition: str) -> Flags:
    """Flags of a disposition; an unknown one (a flow's own ending) is final and reached nobody."""
    return DISPOSITIONS.get(disposition, Flags(human_answered=True, final=True))
