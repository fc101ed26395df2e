"""Placing a call on the service's behalf: the record is durable before the service is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.outbound import live_outbound
from callsvc.simulator.calls.record import CallOptions, CallRecord
from callsvc.simulator.identifiers import new_sid
from callsvc.simulator.ledger.calls import insert_call

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

_SECRET = ("token", "secret", "signature", "password", "key", "sig", "auth")


def place_call(
    carrier: Carrier, to: str, from_: str, options: CallOptions, first: Source | None = None
) -> Leg:
    """Create an outbound call at the account's pace; it exists in the ledger when this returns."""
    now = carrier.clock.now()
    wait = carrier.pacer.take(now)
    record = CallRecord(
        sid=new_sid("CA"),
        direction="outbound-api",
        to=to,
        from_=from_,
        created_at=now,
        updated_at=now,
        queue_ms=int(wait * 1000),
        url=without_secrets(options.url) or None,
        options=options,
    )
    insert_call(carrier.store, record)
    # "If both url and twiml are given, twiml is ignored."
    given = Source(options.url, options.method) if options.url else Source(twiml=options.twiml)
    leg = Leg(carrier, record, first or given)
    leg.note("created", to=to, queue_ms=record.queue_ms)
    carrier.store.commit()
    leg.begin(live_outbound(leg))
    return leg


def without_secrets(url: str) -> str:
    """The address with the values of secret-looking query parameters left out, for the ledger's readers."""
    parts = urlsplit(url)
    if not parts.query:
        return url
    kept = [
        (name, "" if any(word in name.lower() for word in _SECRET) else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit(parts._replace(query=urlencode(kept)))
