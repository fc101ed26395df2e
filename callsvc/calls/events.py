"""What happens to legs, told upwards. An *attempt* is an outbound leg of role ``contact``."""

from dataclasses import dataclass
from datetime import datetime

from callsvc.core.events import Event


@dataclass(frozen=True, kw_only=True)
class LegEvent(Event):
    leg_id: str
    call_id: str
    role: str  # contact, agent, consult, transfer, supervisor
    direction: str  # of the leg: outbound (we dialled it) or inbound
    at: datetime  # lived; the carrier's own time where it told us


@dataclass(frozen=True, kw_only=True)
class LegPlaced(LegEvent):
    """The carrier has it (its SID is known): this try counts."""


@dataclass(frozen=True, kw_only=True)
class LegAnswered(LegEvent):
    """Somebody or something picked up. Raised once per leg."""


@dataclass(frozen=True, kw_only=True)
class LegEnded(LegEvent):
    """A terminal status was reached. Raised once per leg.

    ``status`` is the carrier's word: completed, busy, no-answer, failed, canceled.
    """

    status: str
    answered: bool


@dataclass(frozen=True, kw_only=True)
class LegLost(LegEnded):
    """We gave up waiting for this leg's end. Nothing more is known of it, and what follows an end follows.

    ``status`` is ``failed``: the word whose consequences apply, not one that the carrier said.
    """


@dataclass(frozen=True, kw_only=True)
class LegRevised(LegEnded):
    """Better evidence raised a terminal status to a higher one (no-answer, then completed).

    ``was`` is the status whose consequences were drawn before; null if the leg was lost without one.
    """

    was: str | None


@dataclass(frozen=True, kw_only=True)
class LegRevived(LegEvent):
    """The carrier has a call that was proven not placed, refused or withdrawn: it must end at once."""


@dataclass(frozen=True, kw_only=True)
class LegNotPlaced(LegEvent):
    """It is proven that this leg never existed at the carrier, or it was refused or withdrawn before.

    ``placement`` is not-placed, refused or withdrawn; ``reasons`` the ids, space-separated.
    """

    placement: str
    reasons: str


@dataclass(frozen=True, kw_only=True)
class LegMoveRefused(LegEvent):
    """The carrier says the call is over (21220) while we tried to move it: the person hung up."""


@dataclass(frozen=True, kw_only=True)
class ParticipantJoined(Event):
    conference_id: str
    leg_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ParticipantLeft(Event):
    conference_id: str
    leg_id: str
    at: datetime
    reason: str = ""  # the carrier's word, such as participant_hung_up


@dataclass(frozen=True, kw_only=True)
class ConferenceEnded(Event):
    conference_id: str
    at: datetime
