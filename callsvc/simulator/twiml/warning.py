"""Keeps a notification that does not stop the document."""

from __future__ import annotations

from callsvc.simulator.calls.leg import Leg
from callsvc.simulator.twiml.codes import CODES


def warn(leg: Leg, code: int, detail: str) -> None:
    """Keep it in the call's timeline; the document goes on."""
    known = CODES[code]
    leg.note("notification", code=code, level=known.level, message=f"{known.words}: {detail}")
