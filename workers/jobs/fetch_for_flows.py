"""Ask other systems for flows that wait for their answer."""

from callsvc.webhooks.fetching import fetch_for_flows
from workers import current_runtime


def run(ids: list[str]) -> None:
    fetch_for_flows(current_runtime(), ids)
