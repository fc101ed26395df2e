"""Play recorded days under edited agreements."""

from callsvc.planning.previewing import run_previews
from workers import current_runtime


def run(ids: list[str]) -> None:
    run_previews(current_runtime(), ids)
