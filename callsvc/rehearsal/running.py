"""The job: one rehearsal from its script to its report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from callsvc.core.errors import CallsvcError
from callsvc.dialing.rehearsing import end_rehearsal, prolong_rehearsal, take_rehearsal
from callsvc.rehearsal.cast import cast_of, telephones
from callsvc.rehearsal.playing import play
from callsvc.rehearsal.reporting import report_of
from callsvc.rehearsal.scene import Script, script_of, set_scene
from callsvc.rehearsal.stage import stage
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)
_MORNING = 9  # o'clock UTC: ten or eleven in Paris


@dataclass(frozen=True)
class Wanted:
    id: str
    script: Script


def run_rehearsals(rt: Runtime, ids: Sequence[str]) -> None:
    """Play what waits; a rehearsal that breaks is over, with the reason, and breaks nothing else."""
    for rehearsal_id in ids:
        with rt.db.begin() as tx:
            row = take_rehearsal(tx, rehearsal_id)
            script = script_of(tx, row.campaign_id, row.people) if row else None
        if script is None:
            continue
        report, problem = _played(rt, rehearsal_id, script)
        with rt.db.begin() as tx:
            end_rehearsal(tx, rehearsal_id, report=report, problem=problem)


def _played(rt: Runtime, rehearsal_id: str, script: Script) -> tuple[dict[str, Any], str]:
    try:
        return rehearsed(rt, rehearsal_id, script), ""
    except CallsvcError as error:
        return {}, error.id
    except Exception as error:
        log.exception("rehearsal-crashed", rehearsal=rehearsal_id)
        return {}, type(error).__name__


def rehearsed(rt: Runtime, rehearsal_id: str, script: Script) -> dict[str, Any]:
    """The report of one play. The real database is touched for the lease alone, the real carrier never."""

    def beat() -> None:
        with rt.db.begin() as tx:
            prolong_rehearsal(tx, rehearsal_id)

    roles = cast_of(script.strata)
    with stage(rt.settings, _morning(rt.clock.now())) as made:
        made.simulator.add_people(telephones(roles))
        with made.rt.db.begin() as tx:
            set_scene(tx, script, roles)
        made.jobs.take()
        played = play(made, beat)
        with made.rt.db.read() as tx:
            return report_of(tx, script, played)


def _morning(now: datetime) -> datetime:
    """Nine o'clock on the next working day: platforms are open then."""
    day = now.astimezone(UTC).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day
