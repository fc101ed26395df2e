"""Somebody calls us. Their number is a hint about who they may be, and proves nothing."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.placing import open_call
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import News, record_status
from callsvc.calls.tables import leg
from callsvc.carrier import twiml
from callsvc.carrier.vocabulary import IN_PROGRESS
from callsvc.contacts.numbers import store_caller
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.dialing.holding import hold_due_attempts
from callsvc.flows.service import newest_version
from callsvc.platforms.tables import platform
from callsvc.runtime import Runtime
from callsvc.webhooks import conversation
from callsvc.webhooks.once import first_time, store_answer, stored_answer
from callsvc.webhooks.requests import CarrierRequest


def answer_caller(rt: Runtime, given: CarrierRequest) -> str:
    """The first TwiML of an inbound call; repeated, the same answer and no second call."""
    sid = given.text("CallSid")
    key = f"start:{sid}"
    with rt.db.begin() as tx:
        if not first_time(tx, key, None):
            return stored_answer(tx, key) or twiml.hang_up()
        row = _receive(tx, sid, store_caller(tx, given.text("From")))
        version = newest_version(tx, tx.settings.callsvc_inbound_flow)
        document = conversation.begin(
            tx, row, version, caller_id=given.text("To"), purpose="", answered_by=None
        )
        return store_answer(tx, key, document)


def _receive(tx: Tx, sid: str, number_id: str | None) -> Row[Any]:
    hint = _hint(tx, number_id) if number_id is not None else None
    home = hint or _default_platform(tx)
    at = {"region_code": home.region_code, "platform_code": home.platform_code}
    call_id = open_call(tx, direction="inbound", contact_id=hint.id if hint else None, **at)
    leg_id = tx.new_id("leg")
    tx.insert(
        leg,
        id=leg_id,
        call_id=call_id,
        role="contact",
        number_id=number_id,
        sid=sid,
        placement="received",
        planned_at=tx.now,
        news_at=tx.machine_now,
    )
    record_status(tx, leg_id, News(status=IN_PROGRESS, at=tx.now, source="voice"))
    if number_id is not None:
        hold_due_attempts(tx, number_id)
    return lock_leg(tx, leg_id)


def _hint(tx: Tx, number_id: str) -> Row[Any] | None:
    return tx.first(
        sa.select(contact.c.id, contact.c.platform_code, contact.c.region_code)
        .join(contact_number, contact_number.c.contact_id == contact.c.id)
        .where(contact_number.c.number_id == number_id)
        .order_by(contact_number.c.rank, contact.c.created_at)
        .limit(1)
    )


def _default_platform(tx: Tx) -> Row[Any]:
    columns = platform.c.code.label("platform_code"), platform.c.region_code
    wanted = tx.first(sa.select(*columns).where(platform.c.code == tx.settings.callsvc_default_platform))
    row = wanted or tx.first(sa.select(*columns).order_by(platform.c.code).limit(1))
    if row is None:
        raise NotFound("platform-unknown", "Set up platforms before taking calls.")
    return row
