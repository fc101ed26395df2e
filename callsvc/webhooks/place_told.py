"""What somebody who waits is told beside the flow: their place and about how long; their region's own words.

In the languages the service speaks; in French to whoever speaks another.
"""

from math import ceil
from typing import Any, Final

from sqlalchemy.engine import Row

from callsvc.calls.queries import call_of_leg
from callsvc.carrier.twiml import Speech
from callsvc.core.db import Tx
from callsvc.platforms.region_messages import message_for
from callsvc.platforms.service import is_open_now
from callsvc.routing import service as routing
from callsvc.webhooks.speech import LOCALES
from ivr_flows import Spoken, Turn

TOLD_EVERY: Final = 3
"""Rounds of waiting from one telling to the next: about half a minute."""
LONG_MIN: Final = 30
"""Minutes beyond which no figure is told: it would be no promise."""

_NEXT: Final = {
    "fr": "Vous êtes le prochain.",
    "en": "You are next.",
    "ar": "أنت التالي.",
    "es": "Usted es el siguiente.",
    "pt": "É o próximo.",
}
_PLACE: Final = {
    "fr": "Vous êtes en position {place}.",
    "en": "You are number {place} in line.",
    "ar": "ترتيبك في الانتظار {place}.",
    "es": "Su posición en la fila es {place}.",
    "pt": "A sua posição na fila é {place}.",
}
_WAIT: Final = {
    "fr": "L'attente est d'environ {minutes} min.",
    "en": "The wait is about {minutes} min.",
    "ar": "مدة الانتظار حوالي {minutes} دقيقة.",
    "es": "La espera es de unos {minutes} min.",
    "pt": "A espera é de cerca de {minutes} min.",
}
_LONG: Final = {
    "fr": "L'attente est longue, plus d'une demi-heure.",
    "en": "The wait is long, more than half an hour.",
    "ar": "الانتظار طويل، أكثر من نصف ساعة.",
    "es": "La espera es larga, más de media hora.",
    "pt": "A espera é longa, mais de meia hora.",
}


def place_told(tx: Tx, leg_id: str, entry: Row[Any], turn: int) -> list[Speech]:
    """Position and expected wait, in one of every few rounds; nothing to somebody who is being offered."""
    if turn % TOLD_EVERY != TOLD_EVERY - 1 or entry.state != "pending" or not tx.settings.callsvc_tell_place:
        return []
    place = routing.place_of(tx, leg_id)
    if place is None:
        return []
    return [
        _say(text, entry.language)
        for text in sentences(place.position, place.predicted_wait_s, entry.language)
    ]


def sentences(position: int, wait_s: float | None, language: str) -> list[str]:
    """What is said of a place; ``wait_s`` None: nobody is on duty, so that no figure is told.

    >>> sentences(3, 200.0, "en"), sentences(1, 20.0, "en")
    (['You are number 3 in line.', 'The wait is about 4 min.'], ['You are next.'])
    """
    spoken = language if language in _PLACE else "fr"
    said = [_NEXT[spoken] if position == 1 else _PLACE[spoken].format(place=position)]
    minutes = ceil(wait_s / 60) if wait_s is not None else 0
    if minutes > LONG_MIN:
        said.append(_LONG[spoken])
    elif minutes > 1:
        said.append(_WAIT[spoken].format(minutes=minutes))
    return said


def _say(text: str, language: str) -> Speech:
    spoken = language if language in _PLACE else "fr"
    return Speech(text, LOCALES.get(spoken, spoken))


def of_region(tx: Tx, leg: Row[Any], turn: Turn, occasion: str) -> tuple[Spoken, ...]:
    """The region's own words: it is ``closed``, or nobody can answer all the same (``absent``); the wait just
    begun is long (``overflow``).
    """
    row = call_of_leg(tx, leg.id)
    if occasion == "absent":
        if not is_open_now(tx, row.platform_code):
            return ()  # heard at the beginning
        occasion = "closed"
    found = message_for(tx, row.region_code, occasion, str(turn.state.get("language") or "fr"))
    if found is None or (occasion == "overflow" and not _is_long(tx, leg.id)):
        return ()
    language, text = found
    return (Spoken(f"region-{occasion}", language, None, text),)


def _is_long(tx: Tx, leg_id: str) -> bool:
    place = routing.place_of(tx, leg_id)
    wait_s = place.predicted_wait_s if place is not None else None
    return wait_s is not None and wait_s >= tx.settings.callsvc_overflow_told_s
