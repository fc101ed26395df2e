"""A person as data: one JSON object, checked when it is read.

    {"number": "+33639980001", "answers": ["no-answer", "human"], "ring": 8,
     "replies": [{"hears": "press 1|appuyez sur 1", "press": "1", "after": 1.5}],
     "hangs_up": {"hears": "goodbye|au revoir", "after": 1}, "talk": 90}

Every duration is in lived seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

ANSWERS = ("human", "machine", "busy", "no-answer", "failed", "fax")
WAITING = "patient|merci de patienter|hold the line|please wait|please hold"
PATIENCE = 180.0
KEYS = frozenset("0123456789*#ABCDabcdwW")
AFTER_GREETING = ("beep", "silence", "other")
TEXT_EVENTS = ("sms", "call-ended", "missed-call")
CALL_EVENTS = ("missed-call", "sms", "voicemail")

_KNOWN = {
    "number", "client", "name", "answers", "ring", "greeting", "replies", "hangs_up", "patience", "waiting",
    "talk", "texts", "calls_back", "sms", "after_greeting",
}  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """`after` seconds after hearing some words, press keys or say something; at most `times`."""

    hears: re.Pattern[str]
    press: str
    say: str
    after: float
    times: int | None


@dataclass(frozen=True)
class Reaction:
    """Done after a call or a message: text `body`, or call `to` (empty: whoever called or texted)."""

    on: str
    matches: re.Pattern[str] | None
    after: float
    times: int | None
    body: str = ""
    to: str = ""


@dataclass(frozen=True)
class HangUp:
    """Hang up `after` seconds: counted from the answer, or from hearing the words."""

    after: float
    hears: re.Pattern[str] | None


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who answers at an address. Lists are used for successive calls, the last entry repeating."""

    address: str
    answers: tuple[str, ...] = ("human",)
    ring: tuple[float, ...] = (8.0,)
    greeting: float = 6.0
    after_greeting: str = "beep"
    replies: tuple[Reply, ...] = ()
    hangs_up: HangUp | None = None
    patience: float | None = PATIENCE
    waiting: re.Pattern[str] = re.compile(WAITING, re.IGNORECASE)
    talk: tuple[float | None, ...] = (None,)
    texts: tuple[Reaction, ...] = ()
    calls_back: tuple[Reaction, ...] = ()
    sms: str = "delivered"


def nth(values: Sequence[T], index: int) -> T:
    """The entry for the call of that index (0 first); the last one repeats."""
    return values[min(index, len(values) - 1)]


def read_person(facts: dict[str, Any]) -> Person:
    """Check and read one person; ValueError names the field that is wrong."""
    unknown = set(facts) - _KNOWN
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    address = address_of(facts)
    client = address.startswith("client:")
    answers = tuple(_listed(facts.get("answers", "human")))
    for answer in answers:
        if answer not in ANSWERS:
            raise ValueError(f"answers: {answer!r} is none of {', '.join(ANSWERS)}")
    patience = facts.get("patience", None if client else PATIENCE)
    return Person(
        address=address,
        answers=answers or ("human",),
        ring=tuple(float(ring) for ring in _listed(facts.get("ring", 1.0 if client else 8.0))),
        greeting=float(facts.get("greeting", 6.0)),
        after_greeting=_word("after_greeting", facts.get("after_greeting", "beep"), AFTER_GREETING),
        replies=tuple(_reply(reply) for reply in facts.get("replies") or ()),
        hangs_up=_hang_up(facts.get("hangs_up")),
        patience=None if patience is None else float(patience),
        waiting=_pattern("waiting", facts.get("waiting", WAITING)),
        talk=tuple(None if talk is None else float(talk) for talk in _listed(facts.get("talk"))),
        texts=tuple(_reaction("texts", TEXT_EVENTS, text) for text in facts.get("texts") or ()),
        calls_back=tuple(
            _reaction("calls_back", CALL_EVENTS, call) for call in _listed(facts.get("calls_back") or [])
        ),
        sms=_sms(facts.get("sms", "delivered")),
    )


def address_of(facts: dict[str, Any]) -> str:
    """Where the person is reached: a number, or `client:` and a name."""
    number, client = facts.get("number"), facts.get("client")
    if bool(number) == bool(client):
        raise ValueError("a person has either a number or a client")
    return str(number) if number else f"client:{str(client).removeprefix('client:')}"


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _pattern(name: str, text: Any) -> re.Pattern[str]:
    try:
        return re.compile(str(text), re.IGNORECASE)
    except re.error as problem:
        raise ValueError(f"{name}: {text!r} is no regular expression: {problem}") from problem


def _times(facts: dict[str, Any], default: int | None) -> int | None:
    times = facts.get("times", default)
    return None if times is None else int(times)


def _reply(facts: dict[str, Any]) -> Reply:
    press, say = str(facts.get("press", "")), str(facts.get("say", ""))
    if set(press) - KEYS:
        raise ValueError(f"replies: {press!r} holds something that is no key")
    if bool(press) == bool(say):
        raise ValueError("replies: a reply either presses or says something")
    pattern = _pattern("replies", facts.get("hears", ""))
    return Reply(pattern, press, say, float(facts.get("after", 1.0)), _times(facts, None))


def _hang_up(facts: dict[str, Any] | None) -> HangUp | None:
    if facts is None:
        return None
    hears = facts.get("hears")
    return HangUp(float(facts.get("after", 0.0)), None if hears is None else _pattern("hangs_up", hears))


def _reaction(name: str, events: tuple[str, ...], facts: dict[str, Any]) -> Reaction:
    on = str(facts.get("on", ""))
    if on not in events:
        raise ValueError(f"{name}: on {on!r} is none of {', '.join(events)}")
    matches = facts.get("matches")
    return Reaction(
        on=on,
        matches=None if matches is None else _pattern(name, matches),
        after=float(facts.get("after", 20.0)),
        times=_times(facts, 1),
        body=str(facts.get("body", "")),
        to=str(facts.get("to", "")),
    )


def _word(name: str, value: Any, words: tuple[str, ...]) -> str:
    if value not in words:
        raise ValueError(f"{name}: one of {', '.join(words)}")
    return str(value)


def _sms(value: Any) -> str:
    if value not in ("delivered", "undelivered", "failed"):
        raise ValueError("sms: one of delivered, undelivered, failed")
    return str(value)
