"""Sending: claim under the number's lock, one request, a record; in doubt when nobody knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.campaigns.rules import FINAL_REASONS, Verdict
from callsvc.carrier.alarms import tell_refusal
from callsvc.carrier.port import RECIPIENT_OPTED_OUT, CarrierError, InDoubt, Refused, Throttled
from callsvc.carrier.refusals import reason_of
from callsvc.contacts.numbers import lock_number, reveal
from callsvc.contacts.suppressions import suppress
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.messages.allowing import may_send
from callsvc.messages.budgets import lock_text_budget, spend_text, unspend_text
from callsvc.messages.pacing import turn_of
from callsvc.messages.service import give_up_message, lock_message
from callsvc.messages.settling import doubt, record_sent
from callsvc.messages.stopping import held_back
from callsvc.messages.tables import message
from callsvc.runtime import Runtime

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class MessageClaim:
    message_id: str
    to: str
    sender: str
    body: str
    lease_until: datetime


def send_messages(rt: Runtime, message_ids: list[str]) -> None:
    """Claim and send each planned message. Safe to run twice: a claim is taken once."""
    for_each(rt.db, message_ids, lambda message_id: _claim_and_send(rt, message_id))


def _claim_and_send(rt: Runtime, message_id: str) -> None:
    with rt.db.begin() as tx:
        claim = _claim(tx, message_id)
    if claim is not None:
        _send(rt, claim)


def _claim(tx: Tx, message_id: str) -> MessageClaim | None:
    row = lock_message(tx, message_id)
    if row.placement != "planned" or held_back(tx, row):
        return None
    number = lock_number(tx, row.number_id)
    lock_text_budget(tx, row)
    verdict = may_send(tx, row, number)
    if not verdict.yes and (verdict.final or verdict.earliest is None):
        give_up_message(tx, row, "refused", " ".join(verdict.reasons))
        return None
    if not verdict.yes:
        _postpone(tx, row, verdict)
        return None
    lease_until = tx.machine_now + timedelta(seconds=tx.settings.callsvc_lease_s)
    body = tx.keyring.decrypt(row.body, f"message:{row.id}")
    if _twin_under_way(tx, row, body):
        tx.update(message, message.c.id == row.id, reasons="twin-under-way", lease_until=lease_until)
        return None
    turn = turn_of(tx, row)
    if turn > tx.machine_now:
        tx.update(message, message.c.id == row.id, reasons="paced", lease_until=turn, paced_at=turn)
        return None
    spend_text(tx, row, number)
    tx.update(
        message,
        message.c.id == row.id,
        placement="claimed",
        reasons="",
        claimed_at=tx.now,
        lease_until=lease_until,
        news_at=tx.machine_now,
    )
    return MessageClaim(
        message_id=row.id,
        to=reveal(tx, number),
        sender=row.sender,
        body=body,
        lease_until=lease_until,
    )


def _twin_under_way(tx: Tx, row: Row[Any], body: str) -> bool:
    """Is the same text on its way to the same number? A doubt is settled by number and text alone."""
    others = tx.all(
        sa.select(message.c.id, message.c.body).where(
            message.c.number_id == row.number_id,
            message.c.placement.in_(("claimed", "in-doubt")),
            message.c.id != row.id,
        )
    )
    return any(tx.keyring.decrypt(other.body, f"message:{other.id}") == body for other in others)


def _postpone(tx: Tx, row: Row[Any], verdict: Verdict) -> None:
    wait = ((verdict.earliest or tx.now) - tx.now) / tx.speed
    tx.update(
        message,
        message.c.id == row.id,
        reasons=" ".join(reason for reason in verdict.reasons if reason not in FINAL_REASONS),
        lease_until=tx.machine_now + wait,
    )


def _send(rt: Runtime, claim: MessageClaim) -> None:
    if rt.machine.now() >= claim.lease_until - timedelta(seconds=0.1):
        return  # it stays claimed, and becomes in doubt
    status_url = f"{rt.settings.public_base_url.rstrip('/')}/webhooks/messages/{claim.message_id}#rc=3&rp=all"
    try:
        sent = rt.carrier.create_message(
            to=claim.to, from_=claim.sender, body=claim.body, status_url=status_url
        )
    except InDoubt as error:
        log.warning("message-in-doubt", message=claim.message_id, reason=str(error))
        with rt.db.begin() as tx:
            doubt(tx, lock_message(tx, claim.message_id))
    except CarrierError as error:
        with rt.db.begin() as tx:
            _record_refusal(tx, claim.message_id, error)
    else:
        with rt.db.begin() as tx:
            record_sent(tx, lock_message(tx, claim.message_id), sent)


def _record_refusal(tx: Tx, message_id: str, error: CarrierError) -> None:
    row = lock_message(tx, message_id)
    if row.placement != "claimed":
        return
    if isinstance(error, Refused):
        tell_refusal(tx, error)
        give_up_message(tx, row, "not-placed", reason_of(error.code))
        if error.code == RECIPIENT_OPTED_OUT:
            # They said STOP to the carrier, which did not tell us: our books must say so as well.
            suppress(tx, row.number_id, "sms", source="carrier", evidence=row.id)
        return
    # Throttled or unsent: nothing exists at the carrier, so the same intent may be sent later.
    unspend_text(tx, message_id)
    reason = "throttled" if isinstance(error, Throttled) else "unsent"
    lease_until = tx.machine_now + timedelta(seconds=tx.settings.callsvc_lease_s)
    again = {"placement": "planned", "reasons": reason, "lease_until": lease_until, "paced_at": None}
    tx.update(message, message.c.id == row.id, **again)
