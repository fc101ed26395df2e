"""A real call of a text, to a number that somebody typed: through the same claim as any other call.

The call belongs to a campaign of its own, one for each text (``callsvc/campaigns/trials.py``), that tries
once and is over with its call. Everything that protects a person protects this one: suppressions, legal
hours, caps, one live call for a number, fiction only on a loopback carrier. What they key in is done as the
flow says: an opt-out is an opt-out, an SMS is sent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.calls.placing import open_call, plan_leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.caps import Caps
from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.definitions.windows import Window
from callsvc.campaigns.rules import may_contact
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.trials import MARK
from callsvc.contacts.numbers import store_number
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.tables import contact, contact_number
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid
from callsvc.core.phone_numbers import Number, read_cell, zone_of
from callsvc.dialing.facts import candidates
from callsvc.flows.tables import flow_version
from callsvc.platforms.queries import platform_by_code
from callsvc.runtime import Runtime
from callsvc.studio.picking import Wanted, note_trial, pick_place
from callsvc.studio.queries import examined_here

_MOST_A_DAY = 10  # calls to one number, of all kinds together
_LIFE = timedelta(days=1)
_EVERY_DAY = Window.model_validate(
    {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "08:00", "to": "20:00"}
)


@dataclass(frozen=True, kw_only=True)
class Callee:
    """Who is to be called, and what the flow shall believe about them."""

    number: str
    platform: str
    first_name: str
    last_name: str
    birth_year: int | None
    language: str


class MayNotBeCalled(Conflict):
    """``reasons`` of ``may_contact``, and from when on it would be allowed (None: never)."""

    def __init__(self, reasons: tuple[str, ...], earliest: datetime | None) -> None:
        super().__init__("call-not-allowed", f"This number may not be called now: {', '.join(reasons)}.")
        self.reasons, self.earliest = reasons, earliest


def call_now(
    rt: Runtime,
    principal: Principal,
    callee: Callee,
    *,
    flow_id: str,
    source: str,
    version: str = "",
    speaks_of: Wanted | None = None,
) -> str:
    """Plan the call and hand it to the workers; returns its leg. ``version`` is empty for a draft.

    ``speaks_of`` is whose data the flow shall speak with, though the number is another's; an invented
    person's without it. Raises ``MayNotBeCalled``, ``number-unreadable``, ``flow-invalid``,
    ``platform-beyond-regions``, ``place-unknown``, ``scope-missing``.
    """
    with rt.db.begin() as tx:
        examined = examined_here(tx, flow_id, source)
        if examined.errors or examined.definition is None:
            raise Invalid("flow-invalid", "Correct the errors first: a flow with errors calls nobody.")
        place = platform_by_code(tx, callee.platform)
        if not principal.may_see(place.region_code, place.code):
            raise Forbidden("platform-beyond-regions", "This platform is not one of yours.")
        content = examined.definition.version
        config = _campaign(tx, version or _keep_draft(tx, flow_id, source, content), content)
        contact_id = _person(tx, callee, place)
        candidate = candidates(tx, config, "running", [contact_id])[contact_id][0]
        verdict = may_contact(candidate.facts, "voice", tx.now)
        if not verdict.yes:
            raise MayNotBeCalled(verdict.reasons, verdict.earliest)
        call_id = _plan(tx, config, contact_id, place)
        if speaks_of is not None:
            note_trial(tx, call_id, pick_place(tx, principal, speaks_of, rt.random))
        leg_id = plan_leg(tx, call_id=call_id, role="contact", number_id=candidate.number_id, agent_id=None)
        record_access(tx, principal, "flow-trial-called", leg_id, {"flow": flow_id, "version": version})
        tx.enqueue("place_calls", leg_id)
    return leg_id


def _keep_draft(tx: Tx, flow_id: str, source: str, content: str) -> str:
    """The draft as a version that is nobody's newest: its flow bears a name that no flow can have."""
    version = f"{MARK}{content}"[:64]
    tx.insert_once(
        flow_version,
        version=version,
        flow_id=f"{MARK}{flow_id}"[:60],
        source=source,
        published_at=tx.now,
        published_by="",
    )
    return version


def _campaign(tx: Tx, version: str, content: str) -> CampaignFile:
    """The campaign of this text, running until its call is over; legal hours, every day."""
    name = f"flow-trial-{content[:12]}"
    config = CampaignFile(
        id=name,
        title=name,
        purpose=name,
        flow=name,
        caller_id=tx.settings.callsvc_caller_id,
        windows=[_EVERY_DAY],
        retries=Retries(most_tries=1, redial_lock_minutes=0),
        caps=Caps(per_number_24h=_MOST_A_DAY, per_number_7d=0, per_number_30d=0),
        spread=Spread(per_part_of_day=0),  # whoever tries a text calls themselves again and again
    )
    values = {"config": config.model_dump(by_alias=True), "state": "running", "flow_version": version}
    mine = campaign.c.id == MARK + name
    new = tx.insert_once(
        campaign,
        id=MARK + name,
        title=config.title,
        purpose=config.purpose,
        created_at=tx.now,
        changed_at=tx.now,
        **values,
    )
    if not new:
        tx.update(campaign, mine, changed_at=tx.now, **values)
    return config


def _person(tx: Tx, callee: Callee, place: Row[Any]) -> str:
    """Somebody invented, at this number; the same one each time it is called."""
    loopback = tx.settings.carrier_is_loopback
    countries = frozenset(tx.settings.callsvc_countries.split(","))
    read = [
        one
        for one in read_cell(callee.number, fiction_allowed=loopback, countries=countries)
        if isinstance(one, Number)
    ]
    if len(read) != 1:
        raise Invalid("number-unreadable", "Type one number that may be called, such as 06 and eight digits.")
    zone = zone_of(territory=read[0].territory) or "Europe/Paris"
    number_id = store_number(
        tx,
        read[0].e164,
        synthetic=read[0].synthetic,
        country=read[0].territory,
        kind=read[0].kind,
        zone=zone,
    )
    fingerprint = tx.keyring.fingerprint(f"flow-trial:{number_id}")
    mine = contact.c.fingerprint == fingerprint
    contact_id = str(tx.scalar(sa.select(contact.c.id).where(mine)) or tx.new_id("ctc"))
    person = Person(
        first_name=callee.first_name, last_name=callee.last_name, birth_year=callee.birth_year, postcode=""
    )
    values = {
        "person": seal_person(tx.keyring, contact_id, person),
        "language": callee.language,
        "platform_code": place.code,
        "region_code": place.region_code,
        "zone": zone,
    }
    fixed = {"elicited_at": tx.now, "created_at": tx.now, "consent_basis": "consent"}
    if tx.insert_once(contact, id=contact_id, fingerprint=fingerprint, **fixed, **values):
        tx.insert(contact_number, contact_id=contact_id, number_id=number_id, rank=1)
    else:
        tx.update(contact, mine, **values)
    return contact_id


def _plan(tx: Tx, config: CampaignFile, contact_id: str, place: Row[Any]) -> str:
    """The call of one try: nobody plans another, for the place is taken until this one is over."""
    at = {"region_code": place.region_code, "platform_code": place.code}
    fresh = {"status": "trying", "tries": 0, "next_try_at": tx.now, "deadline_at": tx.now + _LIFE}
    campaign_id = MARK + config.id
    tx.insert_once(
        campaign_contact,
        id=tx.new_id("cct"),
        campaign_id=campaign_id,
        contact_id=contact_id,
        **at,
        **fresh,
    )
    mine = (campaign_contact.c.campaign_id == campaign_id) & (campaign_contact.c.contact_id == contact_id)
    tx.update(campaign_contact, mine, outcome=None, outcome_at=None, **at, **fresh)
    place_id = tx.scalar(sa.select(campaign_contact.c.id).where(mine))
    whose = {"campaign_contact_id": place_id, "contact_id": contact_id}
    return open_call(tx, direction="outbound", **at, **whose)
