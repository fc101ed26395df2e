"""What a timeline is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal[
    "call", "message", "callback", "appointment", "suppression", "preference", "queue", "decision", "outcome",
    "origin", "slot",
]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing that happened on the way: a status, a webhook."""

    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a timeline; every instant is lived. ``title`` and ``notes`` are in the reader's language.

    state: the word of a table, which ``label(state, state_kind)`` says in the reader's language. subject: the
    id of the thing itself. No entry holds a name, a number or the text of a message.
    """

    at: datetime
    kind: Kind
    subject: str
    title: str
    state: str = ""
    state_kind: str = ""
    notes: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    campaign_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose timeline it is, by every id that other tables know them by."""

    contact_id: str
    number_ids: tuple[str, ...]
    place_ids: tuple[str, ...]
