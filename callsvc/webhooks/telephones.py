"""What an agent's own telephone says: a call for you, or the code that proves whose telephone it is."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.tables import agent
from callsvc.carrier import twiml
from callsvc.carrier.twiml import Speech
from callsvc.core.db import Tx
from callsvc.routing import service as routing
from callsvc.softphone.service import rings_telephone
from callsvc.softphone.verifying import spoken_code
from callsvc.webhooks.requests import CarrierRequest
from callsvc.webhooks.speech import LOCALES

OF_AGENTS = ("agent", "supervisor")
_KEY_WITHIN_S = 6  # of quiet after the words
_TWICE = 2
_THRICE = 3

# Nothing here says what the service is or whose call it is: whoever picks up may be anybody.
_OFFER = {
    "fr": "Un appel vous attend. Appuyez sur une touche pour le prendre.",
    "en": "A call is waiting for you. Press any key to take it.",
}
_CODE = {"fr": "Votre code est :", "en": "Your code is:"}


def waits_for_key(tx: Tx, leg: Row[Any]) -> bool:
    """Whoever picked up may be a voicemail: a key must say that it is the agent."""
    return leg.role in OF_AGENTS and rings_telephone(tx, leg.agent_id)


def ask_for_key(tx: Tx, leg: Row[Any]) -> str:
    """Any key, before anything is heard of the call."""
    language = _language(tx, leg.agent_id)
    words = [Speech(_OFFER[language], LOCALES[language])] * _TWICE
    return twiml.ask(
        (), words, action=f"/webhooks/voice/{leg.id}/1", timeout_s=_KEY_WITHIN_S, digits=1, finish_on_key=""
    )


def takes_call(tx: Tx, leg: Row[Any], given: CarrierRequest) -> bool:
    """Whether a key was pressed in time; a supervisor's opens their own leg and nothing else."""
    if not given.text("Digits"):
        return False
    return leg.role != "agent" or routing.take_by_key(tx, leg.id, leg.call_id)


def say_code(tx: Tx, leg: Row[Any]) -> str:
    """The code, three times, digit by digit; silence when there is none to say any more."""
    code = spoken_code(tx, leg.agent_id)
    if not code:
        return twiml.hang_up()
    language = _language(tx, leg.agent_id)
    words = f"{_CODE[language]} {', '.join(code)}."
    return twiml.say_and_hang_up([Speech(words, LOCALES[language])] * _THRICE)


def _language(tx: Tx, agent_id: str) -> str:
    spoken = str(tx.scalar(sa.select(agent.c.languages).where(agent.c.id == agent_id)) or "").split()
    return next((one for one in spoken if one in _OFFER), "fr")
