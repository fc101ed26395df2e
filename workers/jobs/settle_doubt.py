"""Look up what is in doubt."""

from callsvc.dialing.settling import settle_doubts
from workers import current_runtime


def run(ids: list[str]) -> None:
    settle_doubts(current_runtime(), ids)
