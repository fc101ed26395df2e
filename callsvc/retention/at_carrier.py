"""What the carrier holds of those who are about to be forgotten: texts of SMS, recordings.

The carrier is asked before anything is erased here, and outside any transaction: whoever dies in between asks
again, which changes nothing, and afterwards nobody would know any more what to ask for. A carrier that is
away makes the walk wait; one that says no to something is reported and holds nothing up.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from callsvc.calls.tables import leg, webhook_event
from callsvc.carrier.port import NOT_FOUND, Refused
from callsvc.core.db import Tx
from callsvc.core.incidents import report_once
from callsvc.messages.tables import message
from callsvc.retention.due import legs_of, places_of
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)

_AT_ONCE = 4  # requests
_NOT_THERE = (NOT_FOUND, 404)  # any more, or a carrier that has no such thing


@dataclass(frozen=True)
class Held:
    """SIDs of SMS, and of calls in which something may have been recorded."""

    messages: Sequence[str]
    calls: Sequence[str]


def held_of_people(tx: Tx, contact_ids: Sequence[str]) -> Held:
    """Of these people, as far as it has not been erased here."""
    texts = message.c.campaign_contact_id.in_(places_of(contact_ids))
    return Held(_messages(tx, texts), _calls(tx, leg.c.id.in_(legs_of(contact_ids))))


def held_of_numbers(tx: Tx, number_ids: Sequence[str]) -> Held:
    """The same of these numbers."""
    return Held(
        _messages(tx, message.c.number_id.in_(number_ids)), _calls(tx, leg.c.number_id.in_(number_ids))
    )


def forget_at_carrier(rt: Runtime, held: Held) -> None:
    """Have it emptied or deleted, as is set. Raises ``CarrierError`` when the carrier cannot be asked."""
    delete = rt.settings.callsvc_retention_at_carrier == "delete"
    text = rt.carrier.delete_message if delete else rt.carrier.empty_message
    asked = [(text, sid) for sid in held.messages] + [(_recordings(rt), sid) for sid in held.calls]
    with ThreadPoolExecutor(_AT_ONCE, "forgetting") as pool:
        list(pool.map(lambda one: _ask(rt, *one), asked))


def _recordings(rt: Runtime) -> Callable[[str], None]:
    def forget(call_sid: str) -> None:
        for sid in rt.carrier.list_recordings(call_sid):
            _ask(rt, rt.carrier.delete_recording, sid)

    return forget


def _ask(rt: Runtime, forget: Callable[[str], None], sid: str) -> None:
    try:
        forget(sid)
    except Refused as refusal:
        if refusal.code in _NOT_THERE:
            return
        log.warning("carrier-keeps", sid=sid, code=refusal.code)
        with rt.db.begin() as tx:
            report_once(tx, "carrier-keeps", sid, code=refusal.code)


def _messages(tx: Tx, which: sa.ColumnElement[bool]) -> list[str]:
    rows = tx.all(
        sa.select(message.c.id, message.c.sid, message.c.body).where(which, message.c.sid.is_not(None))
    )
    return [row.sid for row in rows if tx.keyring.decrypt(row.body, f"message:{row.id}")]


def _calls(tx: Tx, which: sa.ColumnElement[bool]) -> list[str]:
    """In which we spoke, and what we said is still here: nothing else is recorded."""
    spoke = sa.exists().where(webhook_event.c.leg_id == leg.c.id, webhook_event.c.answer.is_not(None))
    return [row.sid for row in tx.all(sa.select(leg.c.sid).where(which, leg.c.sid.is_not(None), spoke))]
