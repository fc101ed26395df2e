"""When a process counts as alive. No database in here."""

from datetime import datetime, timedelta
from typing import Literal

SILENT_AFTER = timedelta(seconds=35)  # three beats missed
Health = Literal["alive", "silent", "stopped"]


def health_of(beat_at: datetime, stopped_at: datetime | None, now: datetime) -> Health:
    """All in machine time.

    >>> noon = datetime(2020, 11, 16, 12)
    >>> health_of(noon, None, noon + timedelta(seconds=20))
    'alive'
    >>> health_of(noon, None, noon + timedelta(minutes=5))
    'silent'
    """
    if stopped_at is not None:
        return "stopped"
    return "alive" if now - beat_at <= SILENT_AFTER else "silent"
