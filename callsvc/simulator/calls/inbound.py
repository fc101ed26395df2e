"""Somebody calls one of the platform's numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callsvc.simulator.calls.conversation import converse
from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.record import CallOptions, CallRecord
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.calls import insert_call

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier


def receive_call(carrier: Carrier, from_: str, to: str, forwarded_from: str = "") -> Leg | None:
    """A call comes in; None when the number has no voice webhook, as then nobody is there.

    `forwarded_from` is the number that passed the call on to us, if one did.
    """
    number = carrier.number(to)
    if not number.voice_url:
        return None
    now = carrier.clock.now()
    record = CallRecord(
        sid=new_sid("CA"),
        direction="inbound",
        to=to,
        from_=from_,
        created_at=now,
        updated_at=now,
        status="ringing",
        initiated_at=now,
        ringing_at=now,
        url=number.voice_url,
        options=CallOptions(
            url=number.voice_url,
            method=number.voice_method,
            fallback_url=number.voice_fallback_url,
            fallback_method=number.voice_fallback_method,
            status_callback=number.status_callback,
            status_method=number.status_callback_method,
            forwarded_from=forwarded_from,
        ),
    )
    insert_call(carrier.store, record)
    leg = Leg(carrier, record, Source(number.voice_url, number.voice_method))
    leg.note("received", to=to)
    carrier.store.commit()
    leg.begin(_live_inbound(leg))
    return leg


async def _live_inbound(leg: Leg) -> None:
    """The document is fetched while it rings; its first verb answers, unless it is Reject."""
    await converse(leg, leg.first)
    leg.end("completed", "service")
