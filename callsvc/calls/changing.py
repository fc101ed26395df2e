"""What a wish about a participant is at the carrier: on hold, muted, heard so, told that it rings."""

from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.calls.tables import conference, leg
from callsvc.carrier.port import CALL_NOT_IN_PROGRESS, NOT_FOUND, CarrierError, ParticipantChange, Refused
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

HOLD_PATH: Final = "/webhooks/conference/hold"
RING_PATH: Final = "/webhooks/conference/ringing"

CHANGES: Final = {
    "hold": ParticipantChange(held=True),
    "unhold": ParticipantChange(held=False),
    "mute": ParticipantChange(muted=True),
    "unmute": ParticipantChange(muted=False),
    "listen": ParticipantChange(muted=True, coached=""),
    "whisper": ParticipantChange(muted=False),  # coached: the leg whose id the wish carries
    "speak": ParticipantChange(muted=False, coached=""),
    "ring": ParticipantChange(),  # they hear that somebody is being called for them
}
_ON_THE_WAY: Final = 3  # looks for a call that was let into a conference and is not there yet
GROUPS: Final = (
    frozenset({"move"}),
    frozenset({"hold", "unhold"}),
    frozenset({"mute", "unmute"}),
    frozenset({"listen", "whisper", "speak"}),
    frozenset({"ring"}),
)
"""Of the wishes of one group only the newest counts."""


def group_of(action: str) -> frozenset[str]:
    return next((group for group in GROUPS if action in group), frozenset())


def change_at_carrier(rt: Runtime, due: Row[Any]) -> str | None:
    """done, gone (not in the conference), not-yet (perhaps on the way there), failed; None when the carrier
    did not answer or does not know yet.

    ``due``: sid, action, and as ``path`` the conference's id with the language of who waits (``cnf1/fr``),
    with the leg that alone hears a whisper (``cnf1/leg2``), or with the leg that rings (``cnf1/leg2/fr``).
    """
    conference_id, _, about = due.path.partition("/")
    with rt.db.read() as tx:
        sid = tx.scalar(sa.select(conference.c.sid).where(conference.c.id == conference_id))
        coached = tx.scalar(sa.select(leg.c.sid).where(leg.c.id == about))
    if sid is None:
        return None
    change = CHANGES[due.action]
    base = rt.settings.public_base_url.rstrip("/")
    if change.held:
        change = replace(change, hold_url=f"{base}{HOLD_PATH}/{about}")
    elif due.action == "ring":
        change = replace(change, announce_url=f"{base}{RING_PATH}/{about}")
    elif due.action == "whisper":
        if coached is None:
            return "failed"  # nobody to whisper to: heard by all would be worse than not at all
        change = replace(change, coached=coached)
    try:
        rt.carrier.change_participant(sid, due.sid, change)
    except Refused as error:
        if error.code == NOT_FOUND and due.tries < _ON_THE_WAY:
            return "not-yet"
        return "gone" if error.code in (CALL_NOT_IN_PROGRESS, NOT_FOUND) else "failed"
    except CarrierError as error:
        log.warning("update-postponed", update=due.action, leg=due.id, reason=str(error))
        return None
    return "done"
