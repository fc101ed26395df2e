"""Moments for who tries a flow where no service offers any: a walk in the terminal, the phone in the page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ivr_flows.spoken_times import spoken_time

_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=2))


def sample_moments(now: datetime) -> list[dict[str, Any]]:
    """Three moments to come, as a service would give them in ``callback.times`` or ``appointment.slots``."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return [
        {"id": at.isoformat(), "label": spoken_time(at), "expires": at.isoformat()}
        for at in (hour + timedelta(hours=1) + after for after in _AFTER)
    ]
