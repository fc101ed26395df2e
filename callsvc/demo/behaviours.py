"""How the simulated people answer: whether they pick up, which keys they press, when they give up.

The words they listen for are those of the flows `contact-tracing`, `pre-contact` and `front-desk`; a test
walks the flows and checks that every prompt that offers a choice is understood.
"""

import random
import re
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from callsvc.demo.cast import Contact

Json: TypeAlias = dict[str, Any]

LINES: Final = MappingProxyType(
    {"human": 60, "no-answer": 18, "machine": 12, "busy": 6, "failed": 2, "silent": 2}
)
"""Per cent of telephones: what happens at the first call."""

WISHES: Final = MappingProxyType(
    {
        "well": 41,  # no symptoms: advice by SMS
        "adviser": 25,  # asks for a person
        "ill": 12,  # symptoms: to a person
        "callback": 5,
        "opt-out": 4,  # key 9 at once
        "opt-out-of-all": 2,  # key 9, then 0
        "wrong-person": 5,
        "hangs-up": 6,
    }
)
"""Per cent of those who talk: what they want."""

STOPS_AFTER_ADVICE: Final = 8
STOPS_AFTER_FALLBACK: Final = 6
CALLS_BACK_AFTER_MISSING: Final = 10
CALLS_BACK_AFTER_VOICEMAIL: Final = 5
IMPATIENT: Final = 0.1  # of those who wait for a person: give up after 40 s


def shares(kinds: "MappingProxyType[str, int]", size: int, chance: random.Random) -> list[str]:
    """`size` kinds in the given proportions, shuffled; rounding goes to the first kind."""
    found = [kind for kind, percent in kinds.items() for _ in range(size * percent // 100)]
    found += [next(iter(kinds))] * (size - len(found))
    chance.shuffle(found)
    return found


def telephone(contact: Contact, line: str, wish: str, chance: random.Random) -> Json:
    """The simulated person at a contact's first number."""
    person: Json = {
        "number": contact.numbers[0],
        "answers": _answers(line, chance),
        "ring": round(chance.uniform(3, 14), 1),
        "greeting": round(chance.uniform(4, 9), 1),
        "patience": 40 if chance.random() < IMPATIENT else 240,
        "talk": chance.randrange(60, 240),
    }
    if line == "silent":
        return person
    person["replies"] = [*_identity(contact, wish), *_choices(contact, wish), *_inbound(contact)]
    if wish == "hangs-up":
        person["hangs_up"] = {"hears": "année de naissance|year of birth", "after": 0.5}
    return person


def _answers(line: str, chance: random.Random) -> str | list[str]:
    if line in ("human", "silent"):
        return "human"
    later = chance.random()
    if line == "no-answer":
        return (
            ["no-answer", "human"]
            if later < 0.35
            else ["no-answer", "no-answer", "human"]
            if later < 0.5
            else line
        )
    if line == "busy":
        return ["busy", "human"] if later < 0.7 else "busy"
    if line == "machine":
        return ["machine", "human"] if later < 0.3 else "machine"
    return line


def _reply(hears: str, press: str, after: float, times: int | None = None) -> Json:
    reply: Json = {"hears": hears, "press": press, "after": after}
    return reply if times is None else {**reply, "times": times}


def _identity(contact: Contact, wish: str) -> list[Json]:
    """Until the person has said who they are: language, name, year of birth, or "not me", or "never
    again"."""
    name = re.escape(contact.first_name) + " " if contact.housemate else ""
    replies: list[Json] = []
    if contact.language == "en":
        replies.append(_reply("For English, press 8", "8", 0.8, times=1))
    if wish in ("opt-out", "opt-out-of-all"):
        replies.append(_reply("automatiques, tapez 9|automated calls, press 9", "9", 1.2))
        if wish == "opt-out-of-all":
            replies.append(_reply("de notre part, tapez 0|from us at all, press 0", "0", 1.0))
        return replies
    if wish == "wrong-person":
        return [*replies, _reply("bonne personne, tapez 2|right person, press 2", "2", 1.0)]
    replies.append(
        _reply(f"Si vous êtes {name}[^.]{{1,120}}tapez 1|If you are {name}[^.]{{1,120}}press 1", "1", 1.5)
    )
    if contact.housemate:
        replies.append(_reply("bonne personne, tapez 2|right person, press 2", "2", 1.0))
    if wish != "hangs-up":
        replies.append(_reply("année de naissance|year of birth", str(contact.birth_year), 2.0))
    return replies


def _choices(contact: Contact, wish: str) -> list[Json]:
    """Once they are known: what they want, in the tracing flow and in the call before an appointment."""
    symptoms = {
        "well": _reply("pas de symptômes, tapez 2|no symptoms, press 2", "2", 1.5),
        "ill": _reply("des symptômes, tapez 1|have symptoms, press 1", "1", 1.5),
        "adviser": _reply("parler à un conseiller, tapez 3|speak to an adviser, press 3", "3", 1.2),
        "callback": _reply("rappelé plus tard, tapez 4|called back later, press 4", "4", 1.2),
    }
    if wish not in symptoms:
        return []
    before_visit = {
        "well": _reply("confirmer votre rendez-vous, tapez 2|confirm your appointment, press 2", "2", 1.5),
        "ill": _reply("maintenant à un conseiller, tapez 1|an adviser now, press 1", "1", 1.5),
        "adviser": _reply("maintenant à un conseiller, tapez 1|an adviser now, press 1", "1", 1.5),
        "callback": _reply("déplacer votre rendez-vous, tapez 3|move your appointment, press 3", "3", 1.2),
    }
    moment = "1" if contact.birth_year % 2 else "2"
    return [
        symptoms[wish],
        before_visit[wish],
        _reply("l'après-midi, tapez 2|in the afternoon, press 2", moment, 1.2),
        *([_reply("sans attendre, tapez 1|instead of waiting, press 1", "1", 1.5)] if wish == "ill" else []),
    ]


def _inbound(contact: Contact) -> list[Json]:
    """When they call back: the front desk, and the offers of a callback that every flow makes."""
    english = contact.language == "en"
    return [
        _reply("For English, press 2", "2", 0.8) if english else _reply("en français, tapez 1", "1", 1.0),
        _reply("autre question, tapez 0|other question, press 0", "0", 1.0),
        _reply(r"rappelé \w+ \d[^.]{5,80}, tapez 1|called back on \w+ \d[^.]{5,80}, press 1", "1", 1.5),
        _reply("Pour être rappelé, tapez 1|To be called back, press 1", "1", 1.5),
    ]
