"""The small country on the real service: its regions, agreements, agents with a key each, and its callers."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from callsvc.accounts.service import add_account, create_key
from callsvc.agents.service import add_agent
from callsvc.bench.afternoon.plan import PLATFORMS, SHARES, Plan, patience, scenario
from callsvc.contacts.numbers import store_number
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.core.france import REGIONS
from callsvc.flows.service import publish
from callsvc.planning.twin.world import open_regions
from callsvc.platforms.tables import platform, region
from callsvc.routing.service import put_agreement
from callsvc.routing.terms import change_terms
from callsvc.runtime import Runtime

NATIONAL_NUMBER: Final = "+33199000100"
FLOW_ID: Final = "afternoon"
_SKILL: Final = "general"
_FICTION: Final = ("+3335301", "+3326191", "+3346571", "+3353649", "+3363998")  # four digits follow
_FLOW: Final = f"""
schema: 1
id: {FLOW_ID}
title: {{fr: Un après-midi}}
direction: inbound
languages: [fr]
channels: [voice]
voice: {{fr: {{voice: Polly.Lea-Neural}}}}
limits: {{steps: 40, visits_per_step: 6, say: goodbye}}
prompts:
  please_wait:
    says: neutral
    fr: {{text: "Merci de patienter, un conseiller va vous répondre. Tous nos conseillers sont en ligne."}}
  goodbye:
    says: neutral
    fr: {{text: "Au revoir."}}
steps:
  start:
    queue: {{skill: {_SKILL}, wait_prompt: please_wait}}
    on_closed: over
  over: {{say: goodbye, end: closed}}
"""


@dataclass(frozen=True, slots=True)
class Seat:
    """An agent: the name of their softphone at the carrier, and the key of their desk."""

    client: str
    key: str
    region: str


def found(rt: Runtime, plan: Plan, calls: Sequence[tuple[float, int]]) -> list[Seat]:
    """Everything the service must know before the first call; the agents."""
    _found_regions(rt, plan)
    with rt.db.begin() as tx:
        publish(tx, _FLOW, "bench")
        for number, (_, place) in enumerate(calls):
            _add_caller(tx, number_of(number), list(SHARES)[place])
    return _hire(rt, plan)


def _found_regions(rt: Runtime, plan: Plan) -> None:
    """Everybody helps everybody, the nearest first, as far as the rules allow."""
    with rt.db.begin() as tx:
        terms = change_terms(tx, None, callback_after_s=None)  # the flow offers none
        for code, department in PLATFORMS.items():
            tx.insert_once(region, code=code, name=REGIONS[code], zone="Europe/Paris")
            tx.insert_once(platform, code=department, name=department, region_code=code)
        for home in open_regions(scenario(plan), computed=False, floor=terms.floor):
            for rank, helper in enumerate(home.near, start=1):
                put_agreement(
                    tx,
                    aided=home.code,
                    aiding=helper.code,
                    rank=rank,
                    activate_wait_s=int(terms.activate_s),
                    release_wait_s=int(terms.release_s),
                    cap=helper.agents,
                )


def _hire(rt: Runtime, plan: Plan) -> list[Seat]:
    seats = []
    for code, agents in plan.staff.items():
        for place in range(agents):
            client = f"agent-{code}-{place:03d}"
            email = f"{client}@example.org"
            account_id = add_account(rt, email, password=None, role="agent", regions=(code,), name=client)
            with rt.db.begin() as tx:
                add_agent(
                    tx, client_name=client, platform_code=PLATFORMS[code], name=client, languages=("fr",),
                    skills=(_SKILL,), account_id=account_id,
                )  # fmt: skip
            seats.append(Seat(client, create_key(rt, email, ("desk",)), code))
    return seats


def number_of(call: int) -> str:
    """The number of whoever makes this call: everybody calls once."""
    return f"{_FICTION[call // 10_000]}{call % 10_000:04d}"


def _add_caller(tx: Tx, number: str, code: str) -> None:
    """Somebody known: their number says which region's queue is theirs."""
    contact_id = tx.new_id("ctc")
    tx.insert(
        contact,
        id=contact_id,
        fingerprint=tx.keyring.fingerprint(contact_id),
        platform_code=PLATFORMS[code],
        region_code=code,
        person=tx.keyring.encrypt_json({}, f"contact:{contact_id}"),
        language="fr",
        zone="Europe/Paris",
        department=PLATFORMS[code],
        elicited_at=tx.now,
        consent_basis="public-interest",
        created_at=tx.now,
    )
    number_id = store_number(tx, number, synthetic=True, country="FR", kind="fixed", zone="Europe/Paris")
    tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=1)


def people(plan: Plan, calls: int, seats: Sequence[Seat]) -> list[dict[str, Any]]:
    """Everybody at the carrier: callers who wait as long as drawn, agents whose telephone rings a second."""
    waits = patience(plan, Random(f"{plan.seed} patience"))  # noqa: S311 - repeatable
    callers = [{"number": number_of(call), "patience": round(waits(), 1)} for call in range(calls)]
    return [*callers, *({"client": seat.client, "answers": "human", "ring": 1.0} for seat in seats)]
