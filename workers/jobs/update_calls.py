"""End, cancel or move live calls at the carrier."""

from callsvc.calls.updates import perform
from workers import current_runtime


def run(ids: list[str]) -> None:
    for update_id in ids:
        perform(current_runtime(), update_id)
