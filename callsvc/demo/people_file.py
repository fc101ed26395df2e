"""The simulator's file of people: one telephone for every number of the list."""

import random
from collections import Counter
from dataclasses import dataclass, field

from callsvc.demo import behaviours
from callsvc.demo.behaviours import Json
from callsvc.demo.cast import Contact


@dataclass(slots=True)
class Population:
    """The telephones, and what to expect of them: first answers, wishes, and who will opt out by key or
    SMS."""

    people: list[Json] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    wishes: Counter[str] = field(default_factory=Counter)
    opt_outs_by_key: int = 0
    opt_outs_by_sms: int = 0
    reachable: list[Contact] = field(default_factory=list)


def invent_people(everybody: list[Contact], chance: random.Random) -> Population:
    """A telephone per number. A housemate shares the first one's; a second number rings in an empty house.

    `opt_outs_by_key` counts people who pick up at the first call, so that one call to each is enough;
    `opt_outs_by_sms` those who answer STOP to the advice that the flow sends after "no symptoms".
    """
    found = Population()
    owners = _owners(everybody)
    lines = behaviours.shares(behaviours.LINES, len(owners), chance)
    wishes = behaviours.shares(behaviours.WISHES, len(owners), chance)
    stops = behaviours.STOPS_AFTER_ADVICE
    missed, voicemails = behaviours.CALLS_BACK_AFTER_MISSING, behaviours.CALLS_BACK_AFTER_VOICEMAIL
    fallback = behaviours.STOPS_AFTER_FALLBACK
    for contact, line, drawn in zip(owners, lines, wishes, strict=True):
        wish = "well" if contact.housemate and drawn.startswith("opt-out") else drawn
        person = behaviours.telephone(contact, line, wish, chance)
        found.lines[line] += 1
        if line == "human":
            found.wishes[wish] += 1
            if not contact.opposed:
                found.opt_outs_by_key += wish.startswith("opt-out")
                found.reachable += [contact] if wish in ("well", "adviser", "ill", "callback") else []
        if line == "human" and wish == "well" and stops and not contact.opposed and not contact.housemate:
            person["texts"] = [{"on": "sms", "body": "STOP", "after": 45.0, "times": 1}]
            stops -= 1
            found.opt_outs_by_sms += 1
        elif line == "no-answer" and missed and contact.region != "04":
            person["calls_back"] = {"on": "missed-call", "after": 300.0, "times": 1}
            missed -= 1
        elif line == "no-answer" and person["answers"] == "no-answer" and fallback:
            person["texts"] = [
                {"on": "sms", "body": chance.choice(("STOP", "Arrêt", "ARRET")), "after": 60.0}
            ]
            fallback -= 1
        elif line == "machine" and voicemails:
            person["calls_back"] = {"on": "voicemail", "after": 600.0, "times": 1}
            voicemails -= 1
        found.people.append(person)
        found.people += [_empty_house(number) for number in contact.numbers[1:]]
    return found


def _owners(everybody: list[Contact]) -> list[Contact]:
    """One contact per first number: of a household, the one who stands first in the list."""
    first: dict[str, Contact] = {}
    for contact in everybody:
        first.setdefault(contact.numbers[0], contact)
    return list(first.values())


def _empty_house(number: str) -> Json:
    return {"number": number, "answers": "no-answer", "ring": 8.0}
