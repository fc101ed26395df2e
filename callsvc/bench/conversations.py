"""Calls that wait for their first word, and the signed requests by which the carrier would lead them on.

People are put into a running campaign; their calls are planned, claimed and placed by the service's own use
cases (at a carrier in memory), so that each webhook finds what it finds in earnest.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.carrier.signature import sign
from callsvc.contacts.numbers import store_number
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.core.settings import Settings
from callsvc.dialing.claiming import place_attempts
from callsvc.dialing.planning import plan_calls
from callsvc.flows.service import publish
from callsvc.platforms.service import load_france
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text

_OURS, _BY = "+33199000100", "bench"
_CAMPAIGN: dict[str, Any] = {
    "id": "bench",
    "title": "Mesure",
    "purpose": "contact-tracing",
    "flow": "contact-tracing",
    "caller_id": _OURS,
    "sms_sender": _OURS,
    "windows": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "08:00", "to": "20:00"}],
    "pacing": {"calls_per_second": 100, "most_live": 100_000},
}

# What is said to the flow of contact tracing, turn by turn: nobody is ill, the advice goes by SMS.
TURNS: tuple[tuple[str, dict[str, str]], ...] = (
    ("answered", {"AnsweredBy": "human"}),
    ("it is me", {"Digits": "1"}),
    ("year of birth", {"Digits": "1980"}),
    ("no symptoms, the end", {"Digits": "2"}),
)


@dataclass(frozen=True)
class Waiting:
    """A call that was placed and rings: its leg, the carrier's id, the number called."""

    leg_id: str
    sid: str
    number: str


def placed_calls(rt: Runtime, count: int, first: int = 0) -> list[Waiting]:
    """So many calls that ring; ``rt`` has held jobs and a carrier in memory."""
    if first == 0:
        _found(rt)
    numbers = [f"+3363998{number:04d}" for number in range(first, first + count)]
    with rt.db.begin() as tx:
        by_id = dict(_person(tx, number) for number in numbers)
        add_contacts(tx, "bench", [contact_id for contact_id, _ in by_id.values()])
    jobs: Any = rt.jobs
    end = time.monotonic() + 30
    while len(placed := _placed(rt, by_id)) < count and time.monotonic() < end:
        plan_calls(rt)
        place_attempts(rt, [leg_id for job, ids in jobs.take() if job == "place_calls" for leg_id in ids])
    return placed


def _found(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        load_france(tx)
        publish(tx, flow_text("contact-tracing"), _BY)
    apply_campaign(rt, CampaignFile.model_validate(_CAMPAIGN), _BY)
    change_state(rt, "bench", "start", _BY)


def _person(tx: Tx, number: str) -> tuple[str, tuple[str, str]]:
    contact_id, kind, zone = tx.new_id("ctc"), "mobile", "Europe/Paris"
    number_id = store_number(tx, number, synthetic=True, country="FR", kind=kind, zone=zone)
    person = {"first_name": "Camille", "last_name": "Essai", "birth_year": 1980}
    tx.insert(
        contact, id=contact_id, fingerprint=tx.keyring.fingerprint(contact_id), platform_code="67",
        region_code="44", person=tx.keyring.encrypt_json(person, f"contact:{contact_id}"), language="fr",
        zone=zone, department="67", elicited_at=tx.now, consent_basis="public-interest", created_at=tx.now,
    )  # fmt: skip
    tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=1)
    return number_id, (contact_id, number)


def _placed(rt: Runtime, by_id: dict[str, tuple[str, str]]) -> list[Waiting]:
    with rt.db.read() as tx:
        rows = tx.all(sa.select(leg.c.id, leg.c.sid, leg.c.number_id).where(leg.c.placement == "placed"))
    return [Waiting(row.id, row.sid, by_id[row.number_id][1]) for row in rows if row.number_id in by_id]


def requests_of(settings: Settings, calls: list[Waiting]) -> Iterator[list[bytes]]:
    """For each turn, one whole HTTP request a call: what the carrier posts, signed."""
    for turn, (_, said) in enumerate(TURNS):
        yield [_request(settings, call, turn, said) for call in calls]


def _request(settings: Settings, call: Waiting, turn: int, said: dict[str, str]) -> bytes:
    path = f"/webhooks/voice/{call.leg_id}/{turn}"
    where = {"City": "", "State": "", "Zip": "", "Country": "FR"}
    form = {
        "AccountSid": settings.twilio_account_sid, "ApiVersion": "2010-04-01", "CallSid": call.sid,
        "CallStatus": "in-progress", "Direction": "outbound-api", "From": _OURS, "Caller": _OURS,
        "To": call.number, "Called": call.number, **said,
        **{f"{role}{name}": value for role in ("From", "To", "Caller", "Called")
           for name, value in where.items()},
    }  # fmt: skip
    body = urlencode(form).encode()
    base = settings.public_base_url.rstrip("/")
    signature = sign(settings.auth_tokens[0], base + path, list(form.items()))
    return (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\nAccept: */*\r\n"
        f"X-Twilio-Signature: {signature}\r\nI-Twilio-Idempotency-Token: {call.leg_id}{turn}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
