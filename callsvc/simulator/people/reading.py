"""Reads a person from JSON whose draws were made; what is wrong is said with its field and what to write.

{"number": "+33639980001", "answers": ["no-answer", "human"], "ring": 8,
 "replies": [{"hears": "press 1|appuyez sur 1", "press": "1", "after": 1.5}],
 "hangs_up": {"hears": "goodbye|au revoir", "after": 1}, "talk": 90}
"""

from __future__ import annotations

from typing import Any

from callsvc.simulator.people.fields import Fields
from callsvc.simulator.people.person import (
    AFTER_GREETING,
    ANSWERS,
    BETWEEN_KEYS,
    CALL_EVENTS,
    KEYS,
    PATIENCE,
    TEXT_EVENTS,
    VOICEMAILS,
    WAITING,
    Baffled,
    HangUp,
    Mistakes,
    Person,
    Reaction,
    Reply,
    Utterance,
)

KNOWN = (
    "number", "client", "prefix", "persona", "personas", "name", "answers", "ring", "greeting", "voicemail",
    "after_greeting", "replies", "hangs_up", "patience", "waiting", "talk", "texts", "calls_back", "sms",
    "languages", "baffled", "says", "listens_to_end", "between_keys", "mistakes",
)  # fmt: skip


def read_person(facts: dict[str, Any], chance: str = "") -> Person:
    """Check and read one person; ValueError begins with the field that is wrong."""
    fields = Fields(facts)
    fields.know(KNOWN)
    address = address_of(facts)
    client = address.startswith("client:")
    voicemail = fields.word("voicemail", ("", *VOICEMAILS), "")
    return Person(
        address=address,
        answers=fields.words("answers", ANSWERS, ("machine" if voicemail else "human",)),
        ring=fields.numbers("ring", 1.0 if client else 8.0),
        greeting=fields.number("greeting", VOICEMAILS.get(voicemail, 6.0)),
        after_greeting=fields.word("after_greeting", AFTER_GREETING, "beep"),
        full=voicemail == "full",
        replies=tuple(map(_reply, fields.parts("replies"))),
        hangs_up=next(map(_hang_up, fields.parts("hangs_up")), None),
        patience=fields.maybe_number("patience", None if client else PATIENCE),
        waiting=fields.pattern("waiting", WAITING),
        talk=fields.maybe_numbers("talk"),
        texts=tuple(_reaction(part, TEXT_EVENTS) for part in fields.parts("texts")),
        calls_back=tuple(_reaction(part, CALL_EVENTS) for part in fields.parts("calls_back")),
        sms=fields.word("sms", ("delivered", "undelivered", "failed"), "delivered"),
        languages=frozenset(text.lower() for text in fields.texts("languages")),
        baffled=next(map(_baffled, fields.parts("baffled")), None),
        says=tuple(_utterance(part) for part in fields.parts("says")),
        listens_to_end=fields.flag("listens_to_end"),
        between_keys=fields.number("between_keys", BETWEEN_KEYS),
        mistakes=next(map(_mistakes, fields.parts("mistakes")), None),
        chance=chance,
    )


def address_of(facts: dict[str, Any]) -> str:
    """Where the person is reached: a number, `client:` and a name, or `prefix:` for all numbers under it."""
    given = [name for name in ("number", "client", "prefix") if facts.get(name)]
    if len(given) != 1:
        raise ValueError("number: a person has either a number or a client, or a prefix for all under it")
    value = str(facts[given[0]])
    if given[0] == "number":
        return value
    return f"{given[0]}:{value.removeprefix(f'{given[0]}:')}"


def _reply(part: Fields) -> Reply:
    part.know(("hears", "press", "say", "after", "times"))
    press, say = part.keys("press", KEYS), part.text("say")
    if bool(press) == bool(say):
        raise part.wrong("press", "a reply either presses or says something: give `press` or `say`")
    return Reply(part.pattern("hears", ""), press, say, part.number("after", 1.0), part.times(None))


def _hang_up(part: Fields) -> HangUp:
    part.know(("hears", "after"))
    return HangUp(part.number("after", 0.0), part.pattern("hears", "") if part.given("hears") else None)


def _baffled(part: Fields) -> Baffled:
    part.know(("times", "after"))
    return Baffled(part.times(1) or 1, part.number("after", 1.0))


def _utterance(part: Fields) -> Utterance:
    part.know(("text", "after"))
    return Utterance(part.text("text"), part.number("after", 1.0))


def _mistakes(part: Fields) -> Mistakes:
    part.know(("probability", "keys"))
    return Mistakes(part.number("probability", 0.2, most=1.0), part.keys("keys", KEYS) or "0")


def _reaction(part: Fields, events: tuple[str, ...]) -> Reaction:
    part.know(("on", "matches", "after", "times", "body", "to"))
    return Reaction(
        on=part.word("on", events, ""),
        matches=part.pattern("matches", "") if part.given("matches") else None,
        after=part.number("after", 20.0),
        times=part.times(1),
        body=part.text("body"),
        to=part.text("to"),
    )
