"""Ask other systems for flows that wait for their answer, without waiting for it here."""

from callsvc.webhooks.asking import ask_for_flows
from workers import current_runtime


def run(ids: list[str]) -> None:
    ask_for_flows(current_runtime(), ids)
