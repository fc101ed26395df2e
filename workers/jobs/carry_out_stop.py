"""Tell the carrier what an emergency stop has marked."""

from callsvc.dialing.stopping import carry_out
from workers import current_runtime


def run(ids: list[str]) -> None:
    for stop_id in ids:
        carry_out(current_runtime(), stop_id)
