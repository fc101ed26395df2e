"""Place planned attempts at the carrier."""

from callsvc.dialing.claiming import place_attempts
from workers import current_runtime


def run(ids: list[str]) -> None:
    place_attempts(current_runtime(), ids)
