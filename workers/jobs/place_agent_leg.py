"""Dial agents' softphones."""

from callsvc.calls.agent_legs import place_agent_legs
from workers import current_runtime


def run(ids: list[str]) -> None:
    place_agent_legs(current_runtime(), ids)
