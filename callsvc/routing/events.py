"""What happens to people who wait for an agent, told upwards. ``region`` is home unless it says agent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from callsvc.core.events import Event


@dataclass(frozen=True, kw_only=True)
class EntryEvent(Event):
    entry_id: str
    kind: str = "call"  # or work that is none: see ``rules.KINDS``
    subject_id: str = ""  # what such work is about
    call_id: str  # empty while there is none
    leg_id: str  # the contact's
    region_code: str
    platform_code: str
    skill: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EntryQueued(EntryEvent):
    pass


@dataclass(frozen=True, kw_only=True)
class OfferMade(EntryEvent):
    reservation_id: str
    agent_id: str
    agent_region: str
    decision_id: str


@dataclass(frozen=True, kw_only=True)
class OfferEnded(EntryEvent):
    """Not taken: ``how`` is rejected, timeout, canceled (contact left) or rescinded (agent's leg failed)."""

    reservation_id: str
    agent_id: str
    how: str


@dataclass(frozen=True, kw_only=True)
class EntryConnected(EntryEvent):
    """Contact and agent are both in the conference. ``overflow``: the agent is of another region."""

    reservation_id: str
    agent_id: str
    agent_region: str
    waited_s: float
    overflow: bool


@dataclass(frozen=True, kw_only=True)
class EntryLeft(EntryEvent):
    """Out of the queue for good: ``how`` is connected, hung-up, callback, closed or unavailable."""

    session_id: str | None
    how: str
    waited_s: float


@dataclass(frozen=True, kw_only=True)
class ConversationEnded(EntryEvent):
    """The agent and the contact have parted; the agent is in wrap-up."""

    session_id: str | None
    reservation_id: str
    agent_id: str
    agent_region: str
    talk_s: float
    agent_vanished: bool  # the agent's leg died first, without a hang-up asked for
    contact_stays: bool = False  # handed on, or asked whether it is over


@dataclass(frozen=True, kw_only=True)
class HandedOnEnded(EntryEvent):
    """The contact and whoever an agent left them with have parted too."""

    session_id: str | None


@dataclass(frozen=True, kw_only=True)
class WrapUpEnded(EntryEvent):
    """The agent is done with the call; ``disposition`` is what they chose, or '' at the time limit.

    Told when it is final; ``at`` is when the wrap-up ended.
    """

    reservation_id: str
    agent_id: str
    agent_region: str
    disposition: str
    handle_s: float  # talk and wrap-up
    callback_at: datetime | None = None  # the agent promised a call for then


@dataclass(frozen=True, kw_only=True)
class AgentThere(EntryEvent):
    """An agent is in the conference and waits for the person of a callback or a task: they may be called."""

    reservation_id: str
    agent_id: str
    number_id: str | None
    campaign_contact_id: str | None


@dataclass(frozen=True, kw_only=True)
class WorkSkipped(EntryEvent):
    """An agent looked and called nobody: ``not-now`` or ``not-needed``."""

    agent_id: str
    reason: str


def about(entry: Any, at: datetime) -> dict[str, Any]:
    """The fields every event about a queue entry carries, from its row."""
    return {
        "entry_id": entry.id,
        "kind": entry.kind,
        "subject_id": entry.subject_id or "",
        "call_id": entry.call_id or "",
        "leg_id": entry.leg_id or "",
        "region_code": entry.region_code,
        "platform_code": entry.platform_code,
        "skill": entry.skill,
        "at": at,
    }
