"""News about messages."""

from dataclasses import dataclass
from datetime import datetime

from callsvc.core.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageSent(Event):
    """The carrier has it (its SID is known)."""

    message_id: str
    campaign_contact_id: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MessageEnded(Event):
    """delivered, undelivered, failed or canceled at the carrier; or refused or not-placed by us."""

    message_id: str
    campaign_contact_id: str | None
    status: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    message_id: str
    number_id: str
    opt_out: bool
    at: datetime
