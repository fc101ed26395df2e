"""The facts a flow may use, which of them are health data, and what they look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Variable:
    """A fact: ``sample`` is a long but ordinary value, used to measure SMS and to show previews."""

    sample: str
    health: bool = False


VOCABULARY: Mapping[str, Variable] = MappingProxyType(
    {
        "contact.first_name": Variable("Marie-Christine"),
        "contact.last_name": Variable("Rakotomalala-Dupont"),
        "contact.birth_year": Variable("1980"),
        "contact.language": Variable("fr"),
        "contact.has_mobile": Variable("true"),
        "contact.isolating": Variable("true", health=True),
        "contact.symptoms": Variable("true", health=True),
        "contact.test_result": Variable("positif", health=True),
        "contact.vulnerable": Variable("true", health=True),
        "campaign.purpose": Variable("rappel des rendez-vous"),
        "campaign.caller_id": Variable("0162000000"),
        "campaign.verify": Variable("01 99 00 12 34"),
        "platform.name": Variable("Provence-Alpes-Côte d'Azur"),
        "platform.region": Variable("Provence-Alpes-Côte d'Azur"),
        "platform.phone": Variable("01 99 00 12 34"),
        "platform.open_now": Variable("true"),
        "appointment.when": Variable("mercredi 24 septembre à 10 heures 30"),
        "appointment.place": Variable("12 avenue de la République, Ivry"),
        "appointment.kind": Variable("rendez-vous sur place"),
        "appointment.slots": Variable("mercredi 24 septembre à 10 heures 30"),
        "callback.times": Variable("mercredi 24 septembre à 10 heures 30"),
        "slot.key": Variable("1"),
        "slot.label": Variable("mercredi 24 septembre à 10 heures 30"),
        "call.direction": Variable("outbound"),
        "call.has_number": Variable("true"),
        "call.number_end": Variable("4 2"),
        "session.language": Variable("fr"),
        "session.channel": Variable("voice"),
    }
)
"""Every name the service fills; ``session.*`` and ``slot.*`` come from the engine."""

STOP_WORDS = frozenset({"stop", "arret", "arreter", "stopall", "unsubscribe", "cancel", "end", "quit"})
"""An SMS that is one of these ends any session and stops SMS (folded: no case, no accents)."""

RESERVED_OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "hung-up": "the person hung up",
        "abandoned": "the person hung up while waiting for an agent",
        "no-input": "no usable answer and nowhere left to go",
        "connected": "the conversation with an agent ended",
        "closed": "no agent could be reached and the flow names no other way",
        "machine": "an answering machine, and no message left",
        "fax": "a fax answered",
        "opted-out": "STOP by SMS",
        "completed": "the flow came to its end without naming an outcome",
        "flow-limit": "the session reached the limits of its flow",
        "flow-broken": "the flow sent the session to a step that does not exist",
    }
)
"""Outcomes that the engine gives of its own accord; flows add their own names."""
