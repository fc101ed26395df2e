"""What a restarted carrier does about what was live when it died.

Calls that were live end as failed, in the ledger and to their status callbacks; last callbacks that were not
known to have arrived are posted again; messages are carried on from where they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callsvc.simulator.calls.leg import Leg, Source
from callsvc.simulator.calls.progress import final_sequence, post_progress
from callsvc.simulator.ledger.calls import call_of
from callsvc.simulator.ledger.conferences import end_open_conferences
from callsvc.simulator.ledger.messages import message_of
from callsvc.simulator.messages.delivery import deliver, post_status
from callsvc.simulator.recordings.starting import settle_recordings
from callsvc.simulator.webhooks.outbox import Outbox

if TYPE_CHECKING:
    from callsvc.simulator.carrier import Carrier

_LIVE = "('queued','initiated','ringing','in-progress')"
_UNDELIVERED = "('scheduled','accepted','queued','sending','sent')"


def recover(carrier: Carrier) -> None:
    """Settle everything that an earlier process left open."""
    store = carrier.store
    end_open_conferences(store, carrier.clock.now())
    settle_recordings(carrier)
    due = store.read("select * from call where callback_due=1 order by seq")
    live = store.read(f"select * from call where status in {_LIVE} order by seq")  # noqa: S608 - a fixed text
    for row in (*due, *live):
        leg = Leg(carrier, call_of(row), Source())
        leg.sequence = final_sequence(leg.record)
        if leg.record.final:
            post_progress(leg)
        else:
            leg.end("failed", "carrier")
    for row in store.read(f"select * from message where status in {_UNDELIVERED} order by seq"):  # noqa: S608 - a fixed text
        carrier.spawn(deliver(carrier, message_of(row)))
    for row in store.read("select * from message where callback_due=1 order by seq"):
        post_status(carrier, Outbox(carrier, "message-callback"), message_of(row))
    store.commit()
