"""What a turn asks the service to do beside speaking, in the order in which it happened.

The engine only names effects; the service writes them in the transaction of the turn and sends
messages after its commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scalar = str | int | float | bool | None
Scope = Literal["purpose", "sms", "all"]
IN_TURN = "turn"
AppointmentAction = Literal["book", "confirm", "move", "cancel", "resolved"]


@dataclass(frozen=True, slots=True)
class SetValue:
    """Remember an answer, for example ``SetValue("contact.isolating", True)``.

    ``name`` is dotted. Two names come from the engine itself: ``language`` (the person changed it)
    and ``identity.confirmed`` (a ``collect`` with ``match`` succeeded).
    """

    name: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class SendSms:
    """Send this text to the person; it is rendered, plain and free of health fields."""

    prompt_id: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Suppress:
    """The person said stop: ``purpose`` (automated contact for this purpose), ``sms`` or ``all``."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class SetDisposition:
    """The result so far, in kebab case; the outcome of the last turn has the last word."""

    name: str


@dataclass(frozen=True, slots=True)
class BookCallback:
    """The person chose when to be called back.

    Either ``in_minutes`` from now, or ``at`` ("18:00", the contact's own local time) on the day
    ``days`` from today (0 today, 1 tomorrow). The service moves a time that has passed or that
    falls outside legal hours to the next permitted moment. Or ``time``: the id of one of the times
    the service itself offered (``callback.times``), so that what was spoken is what is dialled;
    or ``IN_TURN``: when it is their turn in the queue they have just left.
    """

    in_minutes: int | None = None
    at: str | None = None
    days: int = 0
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """Book, confirm, move or cancel the appointment, or note it resolved by phone.

    ``slot`` is the wish ("morning"), or the id of one of the slots that the service offered.
    """

    action: AppointmentAction
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """The person spoke after consent: the carrier's own id of the recording, and its length (seconds)."""

    sid: str
    seconds: int


Effect = SetValue | SendSms | Suppress | SetDisposition | BookCallback | Appointment | Recorded
