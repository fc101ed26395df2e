"""End, cancel or move live calls at the carrier."""

from callsvc.calls.updates import perform_all
from workers import current_runtime


def run(ids: list[str]) -> None:
    perform_all(current_runtime(), ids)
