"""The ground the texting machine stands on: numbers, campaigns, texts, what may go wrong with a request."""

from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.campaigns.tables import campaign_contact
from callsvc.carrier.port import InDoubt, Refused, Throttled, Unsent
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_session
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.dialing.ground import EVERY_DAY, WorkerDied
from tests.factories import campaign_file, make_country
from tests.webhooks.test_texting import FLOW

NUMBERS = tuple(f"+3363998000{place}" for place in range(1, 4))
SENDER, OTHER_SENDER = "+33199000199", "+33199000188"
CAMPAIGNS = {"first": ("contact-tracing", SENDER), "second": ("vaccination", SENDER)}
TRAITS: dict[str, Any] = {"synthetic": True, "country": "FR", "kind": "mobile", "zone": "Europe/Paris"}
TEXTS = ("oui", "non", "3", "STOP", "arrêt !", "START", "aide", "quoi ?", "1")
LATE = "taken by the carrier after the time-out"
FAULTS: dict[str, tuple[BaseException, bool] | None] = {
    "none": None,
    "throttled": (Throttled("429"), False),
    "unsent": (Unsent("refused"), False),
    "refused": (Refused(21612, "no way"), False),
    "opted out": (Refused(21610, "unsubscribed"), False),
    "a 5xx, nothing placed": (InDoubt("500"), False),
    "a 5xx, placed": (InDoubt("500"), True),
    LATE: (InDoubt("time-out"), False),
    "killed before the request": (WorkerDied(), False),
    "killed after the request": (WorkerDied(), True),
}
LIKELY = ("none",) * 6 + tuple(FAULTS)


# Conversations with what became of whose they were; the first SMS of one says on which telephone.
BEGUN = (
    sa.select(
        flow_session.c.started_at, flow_session.c.ended_at, campaign_contact.c.outcome,
        campaign_contact.c.campaign_id, campaign_contact.c.contact_id, message.c.number_id,
    )
    .join(campaign_contact, campaign_contact.c.id == flow_session.c.subject_id)
    .join(message, message.c.cause.like(flow_session.c.id + ":0:%"))
)  # fmt: skip
COVERING = ("reached", "no-input", "suppressed", "refused")


def furnish(rt: Runtime) -> None:
    """Two running campaigns by SMS of two purposes and one sender, open at all hours, without anybody."""
    with rt.db.begin() as tx:
        make_country(tx)
        publish(tx, FLOW, "test")
    for name, (purpose, sender) in CAMPAIGNS.items():
        file = campaign_file(
            id=name, purpose=purpose, flow="survey", channel="sms", sms_sender=sender, preset="none",
            call_on_holidays=True, windows=EVERY_DAY,
            retries={"most_tries": 3, "delays_minutes": {"failed": 5}},
        )  # fmt: skip
        apply_campaign(rt, file, "test")
        change_state(rt, name, "start", "test")
