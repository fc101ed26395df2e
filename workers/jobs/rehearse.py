"""Play rehearsals of campaigns."""

from callsvc.rehearsal.running import run_rehearsals
from workers import current_runtime


def run(ids: list[str]) -> None:
    run_rehearsals(current_runtime(), ids)
