"""Ask other systems for flows that wait for their answer; by SMS the flow goes on at once."""

from callsvc.webhooks.fetching import fetch_for_flows
from callsvc.webhooks.text_turns import hear_answers
from workers import current_runtime


def run(ids: list[str]) -> None:
    fetch_for_flows(current_runtime(), ids)
    hear_answers(current_runtime(), ids)
