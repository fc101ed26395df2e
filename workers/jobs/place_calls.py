"""Place planned attempts at the carrier, no faster than it takes them."""

from callsvc.dialing.releasing import place_at_pace
from workers import current_runtime

_AT_ONCE = 4  # requests: each waits for the carrier most of its time


def run(ids: list[str]) -> None:
    place_at_pace(current_runtime(), ids, at_once=_AT_ONCE)
