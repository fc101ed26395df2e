"""Is the day over? Nothing in doubt, nothing live, nobody waiting, every message's fate known."""

from collections import Counter

from callsvc.agents.tables import agent
from callsvc.calls.tables import carrier_update, leg, live_call
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.vocabulary import MESSAGE_OVER
from callsvc.core.db import Tx
from callsvc.demo.progress import count_of
from callsvc.messages.tables import message
from callsvc.routing.tables import queue_entry, reservation


def still_open(tx: Tx) -> Counter[str]:
    """What is not finished yet, by kind; empty when the day is over."""
    out = ("planned", "claimed", "in-doubt")
    found = Counter(
        {
            "legs": count_of(tx, leg, leg.c.placement.in_(out)),
            "live legs": count_of(
                tx, leg, leg.c.placement.in_(("placed", "received")), leg.c.ended_at.is_(None)
            ),
            "live numbers": count_of(tx, live_call),
            "carrier updates": count_of(tx, carrier_update, carrier_update.c.result.is_(None)),
            "queue entries": count_of(tx, queue_entry, queue_entry.c.state.not_in(("completed", "canceled"))),
            "reservations": count_of(tx, reservation, reservation.c.state.in_(("pending", "accepted"))),
            "agents busy": count_of(tx, agent, agent.c.state != "idle"),
            "messages": count_of(
                tx,
                message,
                message.c.direction == "outbound",
                message.c.placement.in_((*out, "placed")),
                message.c.status.is_(None) | message.c.status.not_in(MESSAGE_OVER),
            ),
            "contacts": count_of(tx, campaign_contact, campaign_contact.c.status != "done"),
        }
    )
    return +found
