"""Sending: claim under the number's lock, one request, a record; in doubt when nobody knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Row

from callsvc.campaigns.calendar import PRESETS, Hours, zone
from callsvc.campaigns.facts import base_facts, campaign_row, config_of, people, suppression_pairs
from callsvc.campaigns.rules import DIALLABLE_KINDS, FINAL_REASONS, Verdict, is_suppressed, may_contact
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.alarms import tell_refusal
from callsvc.carrier.port import (
    RECIPIENT_OPTED_OUT,
    CarrierError,
    CarrierMessage,
    InDoubt,
    Refused,
    Throttled,
)
from callsvc.carrier.refusals import reason_of
from callsvc.contacts.numbers import lock_number, reveal
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import phone_number
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.core.incidents import report_once
from callsvc.messages.service import (
    bind_message,
    give_up_message,
    lock_message,
    record_message_status,
    stop_watching,
)
from callsvc.messages.tables import message
from callsvc.runtime import Runtime

PARIS = ZoneInfo("Europe/Paris")

log = structlog.get_logger(__name__)

_SKEW = timedelta(seconds=60)  # lived
_LOOKS_TOLD = 10  # so many looks without an answer, and a person is told
_TOO_LATE = timedelta(hours=12)  # a message that could not be sent for so long is stale


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
    if row.placement != "planned":
        return None
    number = lock_number(tx, row.number_id)
    verdict = _may_send(tx, row, number)
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


def _may_send(tx: Tx, row: Row[Any], number: Row[Any]) -> Verdict:
    """``may_contact`` for a campaign's message; for an answer to a caller, what no campaign is needed for."""
    suppressions = suppression_pairs(tx, [number.id]).get(number.id, [])
    place = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == row.campaign_contact_id))
    if place is None:
        if is_suppressed(suppressions, row.purpose, "sms"):
            return Verdict(("suppressed",), None)
        if number.kind not in DIALLABLE_KINDS - {"fixed"}:
            return Verdict(("number-kind-not-allowed",), None)
        hours = Hours(zone(number.zone) or PARIS, "", PRESETS["none"], PRESETS["public-health"], True)
        if hours.open_at(tx.now):
            return Verdict((), tx.now)
        return Verdict(("outside-window",), hours.next_opening(tx.now))
    campaign = campaign_row(tx, place.campaign_id)
    person = people(tx, [place.contact_id])[place.contact_id]
    # What a call has promised is sent even if the campaign was paused or stopped since.
    facts = base_facts(
        tx.settings,
        config=config_of(campaign),
        state="running",
        person=person,
        number=number,
        suppressions=suppressions,
    )
    verdict = may_contact(facts, "sms", tx.now)
    if tx.now - row.planned_at > _TOO_LATE:
        return Verdict((*verdict.reasons, "too-late"), None)
    return verdict


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
            _doubt(tx, lock_message(tx, claim.message_id))
    except CarrierError as error:
        with rt.db.begin() as tx:
            _record_refusal(tx, claim.message_id, error)
    else:
        with rt.db.begin() as tx:
            _record(tx, lock_message(tx, claim.message_id), sent)


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
    reason = "throttled" if isinstance(error, Throttled) else "unsent"
    lease_until = tx.machine_now + timedelta(seconds=tx.settings.callsvc_lease_s)
    tx.update(message, message.c.id == row.id, placement="planned", reasons=reason, lease_until=lease_until)


def _record(tx: Tx, row: Row[Any], sent: CarrierMessage) -> None:
    if bind_message(tx, row, sent.sid):
        record_message_status(
            tx, row.id, sent.status, at=sent.created_at or tx.now, error_code=sent.error_code
        )


def _doubt(tx: Tx, row: Row[Any]) -> None:
    if row.placement == "claimed":
        settle_at = tx.machine_now + timedelta(seconds=tx.settings.callsvc_settle_s)
        tx.update(
            message, message.c.id == row.id, placement="in-doubt", lease_until=None, settle_at=settle_at
        )


def expire_message_claims(rt: Runtime) -> int:
    """Messages whose worker died between claim and record are in doubt."""
    with rt.db.read() as tx:
        late = tx.all(
            sa.select(message.c.id).where(
                message.c.placement == "claimed", message.c.lease_until < tx.machine_now
            )
        )
    for row in late:
        with rt.db.begin() as tx:
            _doubt(tx, lock_message(tx, row.id))
    return len(late)


def settle_message(rt: Runtime, message_id: str) -> None:
    """Look for a message in doubt among the carrier's messages to the same number, by body and time."""
    with rt.db.read() as tx:
        row = tx.first(sa.select(message).where(message.c.id == message_id))
        if row is None or row.placement != "in-doubt":
            return
        number = tx.first(sa.select(phone_number).where(phone_number.c.id == row.number_id))
        to = reveal(tx, number) if number is not None else ""
        body = tx.keyring.decrypt(row.body, f"message:{row.id}")
    try:
        sent = rt.carrier.list_messages(to=to)
    except CarrierError as error:
        log.warning("settle-postponed", message=message_id, reason=str(error))
        with rt.db.begin() as tx:
            _unanswered(tx, lock_message(tx, message_id))
        return
    with rt.db.begin() as tx:
        row = lock_message(tx, message_id)
        if row.placement == "in-doubt":
            _settle(tx, row, [one for one in sent if one.body == body])


def _settle(tx: Tx, row: Row[Any], sent: list[CarrierMessage]) -> None:
    since = row.claimed_at - _SKEW
    young = [one for one in sent if one.created_at is not None and one.created_at >= since]
    sids = [one.sid for one in young]
    taken = {found.sid for found in tx.all(sa.select(message.c.sid).where(message.c.sid.in_(sids)))}
    free = [one for one in young if one.sid not in taken]
    if free:
        _record(tx, row, free[-1])
        return
    settle = timedelta(seconds=tx.settings.callsvc_settle_s)
    first_missed_at = row.first_missed_at or tx.machine_now
    if tx.machine_now - first_missed_at >= settle:
        # Two jobs in a row are one look: only a settle time between makes it two.
        give_up_message(tx, row, "not-placed", "not-found")
        return
    settle_at = tx.machine_now + settle
    tx.update(message, message.c.id == row.id, first_missed_at=first_missed_at, settle_at=settle_at)


def _unanswered(tx: Tx, row: Row[Any]) -> None:
    """The carrier did not even answer: nothing is proven. Told once it has lasted."""
    if row.placement != "in-doubt":
        return
    settle_at = tx.machine_now + timedelta(seconds=tx.settings.callsvc_settle_s)
    tx.update(message, message.c.id == row.id, checks=row.checks + 1, settle_at=settle_at)
    if row.checks + 1 >= _LOOKS_TOLD:
        report_once(tx, "doubt-unanswered", row.id, looks=row.checks + 1)


def reconcile_message(rt: Runtime, message_id: str) -> None:
    """Fetch a message without news; its callbacks may be lost for good."""
    with rt.db.begin() as tx:
        row = lock_message(tx, message_id)
        sid = row.sid
        if sid is None or stop_watching(tx, row):
            return
    try:
        told = rt.carrier.fetch_message(sid)
    except CarrierError as error:
        log.warning("reconcile-postponed", message=message_id, reason=str(error))
        return
    with rt.db.begin() as tx:
        record_message_status(tx, message_id, told.status, at=tx.now, error_code=told.error_code)
