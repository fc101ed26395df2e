"""A walk in words: what a turn says, what may be typed next, and what it means to the flow."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ivr_flows.conversations import SPOKEN_SID
from ivr_flows.steps.http import pick
from ivr_flows.testing import as_data, heard
from ivr_flows.turns import (
    Fetch,
    Fetched,
    Hangup,
    Input,
    InQueue,
    Keys,
    MachineVerdict,
    NoKeys,
    QueueEnded,
    Record,
    Recording,
    Transfer,
    TransferEnded,
    Turn,
    Words,
)

TRY_OUT: dict[str, Any] = {
    "contact": {"first_name": "Ana", "last_name": "Martin", "birth_year": 1980},
    "platform": {
        "name": "Val-de-Marne",
        "region": "Île-de-France",
        "phone": "01 99 00 12 34",
        "open_now": True,
    },
    "appointment": {"when": "mardi 17 novembre à 10 heures", "place": "Ivry", "kind": "rendez-vous"},
}
"""Facts for a walk, all of them invented; the number is reserved for fiction."""


def turn_lines(turn: Turn) -> Iterable[str]:
    for spoken in heard(turn):
        yield f"[{spoken.language}] {spoken.text}"
    for effect in turn.effects:
        yield f"  * {json.dumps(as_data(effect), ensure_ascii=False)}"
    if turn.outcome is not None:
        yield f"= {turn.outcome}"


def hint_of(turn: Turn, by_sms: bool) -> str:
    if isinstance(turn.wait, Transfer):
        return f"transfer to {turn.wait.target}: connected, busy, no-answer, closed, hangup"
    if isinstance(turn.wait, Record):
        return "recording: seconds spoken (empty: nothing; hangup)"
    if isinstance(turn.wait, Fetch):
        return f"{turn.wait.host}{turn.wait.path}: the JSON it answers (empty: none; hangup)"
    if isinstance(turn.wait, InQueue):
        return f"queue {turn.wait.skill}: connected, closed, callback, unavailable, hangup"
    return "text (empty: expired; hangup)" if by_sms else "keys (empty: silence; hangup; machine)"


def input_of(typed: str, turn: Turn, by_sms: bool) -> Input:
    typed = typed.strip()
    match typed:
        case "hangup":
            return Hangup()
        case "connected" | "busy" | "no-answer" | "closed" if isinstance(turn.wait, Transfer):
            return TransferEnded(typed)
        case _ if isinstance(turn.wait, Record):
            return Recording(SPOKEN_SID, int(typed)) if typed.isdecimal() else NoKeys()
        case _ if isinstance(turn.wait, Fetch):
            return _answered(turn.wait, typed)
        case "machine" if not by_sms:
            return MachineVerdict("machine_end_beep")
        case "":
            return NoKeys()
        case "connected" | "closed" | "callback" | "unavailable" if isinstance(turn.wait, InQueue):
            return QueueEnded(typed)
    return Words(typed) if by_sms else Keys(typed)


def _answered(fetch: Fetch, typed: str) -> Fetched:
    try:
        return Fetched(200, pick(fetch, json.loads(typed)))
    except ValueError:
        return Fetched(0)
