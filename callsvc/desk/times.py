"""What the desk counts down, and what it may do for the person on it, as the page draws them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.appointments.booking import slots_with_room
from callsvc.calls.tables import call
from callsvc.core.db import Tx
from callsvc.desk.choosing import choosing_context
from callsvc.platforms.queries import platform_by_code


def times_of(state: dict[str, Any], speed: float) -> dict[str, Any]:
    """Lived seconds left of the offer or wrap-up, of the word that may be taken back, of the activity.

    ``speed``: lived seconds a real one, by which the page counts them down.
    """
    held = state["offer"] or state["wrap_up"]
    return {
        "speed": speed,
        "left_s": _left_s(state, held and held["deadline"]),
        "undo_left_s": _left_s(state, state["undo"] and state["undo"]["until"]),
        "over_left_s": _left_s(state, state["over_at"]) if state["over_at"] else None,
    }


def _left_s(state: dict[str, Any], until: str | None) -> float:
    if not until:
        return 0.0
    left = datetime.fromisoformat(until) - datetime.fromisoformat(state["now"])
    return max(0.0, left.total_seconds())


def helping_context(tx: Tx, entry: Row[Any], held: dict[str, Any]) -> dict[str, Any]:
    """Today at the home platform, what was promised and chosen, its moments for a person we know."""
    zone = ZoneInfo(platform_by_code(tx, entry.platform_code).zone)
    home = tx.first(sa.select(call.c.platform_code, call.c.contact_id).where(call.c.id == entry.call_id))
    known = home is not None and home.contact_id is not None
    return {
        "today": tx.now.astimezone(zone).date().isoformat(),
        "promised": datetime.fromisoformat(held["callback_at"]) if held.get("callback_at") else None,
        "slots": slots_with_room(tx, home.platform_code) if known and home is not None else None,
        **choosing_context(tx, entry),
    }
