"""What was published in one go, and its place in the order of all."""

import re
from dataclasses import dataclass

from callsvc.core.changes import Change
from callsvc.core.topics import TOPICS

Place = tuple[int, int]  # milliseconds of the Redis server's clock, number within them
START: Place = (0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    place: Place
    changes: tuple[Change, ...]


def place_of(text: str | bytes) -> Place | None:
    """The place that an id names; None for anything else.

    >>> place_of("1605517200000-3"), place_of("yesterday")
    ((1605517200000, 3), None)
    """
    text = text.decode() if isinstance(text, bytes) else text
    found = re.fullmatch(r"(\d{1,18})-(\d{1,18})", text)
    return (int(found[1]), int(found[2])) if found else None


def id_of(place: Place) -> str:
    return f"{place[0]}-{place[1]}"


def words_of(change: Change) -> tuple[str, ...]:
    """The words by which a listener may ask for this change.

    >>> words_of(Change("campaign", region="44", subject="tracing"))
    ('campaign', 'campaign:tracing')
    """
    which = change.region if TOPICS[change.topic].by == "region" else change.subject
    return (change.topic, f"{change.topic}:{which}") if which else (change.topic,)
