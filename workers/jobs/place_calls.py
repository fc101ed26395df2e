"""Place planned attempts at the carrier."""

from callsvc.dialing.claiming import place_attempts
from workers import current_runtime

_AT_ONCE = 4  # requests: each waits for the carrier most of its time


def run(ids: list[str]) -> None:
    place_attempts(current_runtime(), ids, at_once=_AT_ONCE)
