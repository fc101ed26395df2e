"""The same things three times: of one's own platform, of another platform of the same region, of elsewhere.

Every id and every name of a place begins with its mark, so that a foreign one can be found in any answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from callsvc.accounts.service import add_account, create_key
from callsvc.accounts.sessions import open_session
from callsvc.accounts.tables import api_key, web_session
from callsvc.agents.tables import activity_wish, agent, agent_skill
from callsvc.appointments.tables import appointment
from callsvc.calls.tables import call, leg, leg_transition
from callsvc.campaigns.tables import (
    caller_pool,
    caller_sender,
    campaign,
    campaign_change,
    campaign_contact,
    stop_order,
)
from callsvc.contacts.numbers import store_number
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.searching.indexing import index_people
from callsvc.contacts.tables import (
    case_handover,
    case_handover_step,
    contact,
    contact_import,
    contact_number,
    import_upload,
    suppression,
    tracing_case,
)
from callsvc.core.db import Tx
from callsvc.core.incidents import report_incident
from callsvc.dialing.tables import callback
from callsvc.flows.tables import flow_draft, flow_version
from callsvc.messages.tables import message
from callsvc.metrics.tables import metric_event, metric_rollup
from callsvc.people.tables import people_search
from callsvc.planning.tables import aid_preview
from callsvc.platforms.tables import delegation, platform, region
from callsvc.routing.tables import (
    aid_activation,
    aid_agreement,
    aid_order,
    aid_region,
    queue_entry,
    reservation,
    routing_decision,
)
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text
from tests.factories import campaign_file

FLOW = flow_text("callback").replace("id: callback", "id: tracing")


@dataclass(frozen=True)
class Place:
    mark: str
    region: str
    platform: str
    number: str  # reserved for fiction


OWN = Place("own", "44", "67", "+33639980011")
NEIGHBOUR = Place("zqp", "44", "ZQP", "+33639980022")  # another platform of the same region
FOREIGN = Place("zqr", "ZQR", "ZQR", "+33639980033")
LONG = timedelta(hours=1)
PLACES = (OWN, NEIGHBOUR, FOREIGN)


def marks(place: Place) -> tuple[str, ...]:
    """What an answer must not hold for somebody who may not see this place, as patterns.

    The mark only where no letter touches it: a random token may well hold the same three letters.
    """
    return (rf"(?<![a-z0-9]){place.mark}(?![a-z0-9])", place.number[3:])


def furnish(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.insert(region, code="ZQR", name="zqr-region", zone="Indian/Reunion")
        tx.insert(
            flow_version,
            version="v1",
            flow_id="tracing",
            source=FLOW,
            published_at=tx.now,
            published_by="t",
        )
        tx.insert(
            flow_draft, flow_id="tracing", source="id: tracing", revision=1, changed_at=tx.now, changed_by="t"
        )
        _pool(tx)
        _campaign(tx, "shared", "Shared")
        for place in PLACES:
            _furnish(tx, place)
        for place in (OWN, FOREIGN):
            tx.insert(aid_activation, region_code=place.region, active=False, since=tx.now)
            tx.insert(
                aid_agreement, aided_region=place.region, aiding_region=place.region, rank=1, cap=1,
                activate_wait_s=20, release_wait_s=5,
            )  # fmt: skip
            tx.insert(aid_region, region_code=place.region, opted_out=False, reserve=1, changed_at=tx.now)
    _accounts(rt)


def _accounts(rt: Runtime) -> None:
    """The accounts' own ids are made by the service, so they are put in place by hand."""
    for place in PLACES:
        email = f"{place.mark}-held@example.org"
        narrowed = (place.platform,) if place is not FOREIGN else ()
        account_id = add_account(
            rt, email, password=None, role="agent", regions=(place.region,), platforms=narrowed,
            name=f"{place.mark} held",
        )  # fmt: skip
        key_id = create_key(rt, email, ("desk",)).partition(".")[0]
        with rt.db.begin() as tx:
            open_session(tx, account_id)
            mine = web_session.c.account_id == account_id
            tx.update(web_session, mine, id=f"{place.mark}-session")
            tx.update(api_key, api_key.c.id == key_id, id=f"{place.mark}-key", name=f"{place.mark} key")
        HELD[place.mark] = account_id


HELD: dict[str, str] = {}  # the account of each place, by mark


def _pool(tx: Tx) -> None:
    """Pools belong to nobody; which campaigns use one is told of one's own alone."""
    tx.insert(caller_pool, id="pool", title="Numbers", choose="contact", changed_at=tx.now, changed_by="t")
    tx.insert(
        caller_sender, pool_id="pool", value="+33199000101", kind="fiction", voice=True, sms=True,
        can_reply=True,
    )  # fmt: skip


def _campaign(tx: Tx, id: str, title: str) -> None:
    shown = {"caller_id": "", "caller_pool": "pool"}
    file = campaign_file(id=id, title=title, flow="tracing", flow_version="v1", **shown)
    tx.insert(
        campaign, id=id, title=title, purpose="contact-tracing", flow_version="v1", state="running",
        config=file.model_dump(mode="json", by_alias=True), created_at=tx.now, changed_at=tx.now,
    )  # fmt: skip
    tx.insert(
        campaign_change, id=f"{id}-change", campaign_id=id, at=tx.now, by="cli", what="applied", before={},
        after={"title": title},
    )  # fmt: skip


def _furnish(tx: Tx, place: Place) -> None:
    mark, where = place.mark, {"region_code": place.region, "platform_code": place.platform}
    tx.insert(platform, code=place.platform, name=f"{mark}-platform", region_code=place.region)
    tx.insert(
        delegation, id=f"{mark}-delegation", platform_code=place.platform, share=10,
        starts_at=tx.now, declared_at=tx.now, declared_by="t",
    )  # fmt: skip
    tx.insert(
        aid_order, id=f"{mark}-order", aided_region=place.region, aiding_region=place.region, state="asked",
        wanted=2, until_at=tx.now + LONG, made_at=tx.now, made_by="t", reason=f"{mark} reason",
    )  # fmt: skip
    tx.insert(
        aid_preview, id=f"{mark}-preview", region_code=place.region, day=tx.now.date(), status="waiting",
        draft=[{"aided": place.region, "aiding": place.region, "terms": {}}], asked_by="t",
        asked_at=tx.machine_now, lease_until=tx.machine_now, report={"problem": f"{mark} problem"},
    )  # fmt: skip
    _people(tx, place)
    _campaign(tx, f"{mark}-campaign", f"{mark} title")
    for campaign_id, place_id in ((f"{mark}-campaign", f"{mark}-place"), ("shared", f"{mark}-shared-place")):
        tx.insert(
            campaign_contact, id=place_id, campaign_id=campaign_id, contact_id=f"{mark}-contact",
            status="done", next_try_at=tx.now, outcome=f"{mark}-outcome", outcome_at=tx.now,
            deadline_at=tx.now, **where,
        )  # fmt: skip
    tx.insert(
        stop_order, id=f"{mark}-stop", everything=False, campaign_id=f"{mark}-campaign",
        asked_by=f"{mark}-account", asked_at=tx.now, asked_machine_at=tx.machine_now,
        done_machine_at=tx.machine_now,
    )  # fmt: skip
    _calls(tx, place)
    for name, table in (("attempt-placed", metric_event), ("", metric_rollup)):
        if name:
            tx.insert(table, name=name, at=tx.now, subject=f"{mark}-leg", region_code=place.region,
                      campaign_id=f"{mark}-campaign", facts={})  # fmt: skip
        else:
            tx.insert(table, interval_start=tx.now, region_code=place.region, campaign_id=f"{mark}-campaign",
                      measure="attempts", value=7)  # fmt: skip


def _people(tx: Tx, place: Place) -> None:
    mark, where = place.mark, {"region_code": place.region, "platform_code": place.platform}
    number_id = store_number(
        tx, place.number, synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
    )
    tx.insert(
        contact_import, id=f"{mark}-import", source=f"{mark}.csv", file_hash=mark, status="completed",
        report={}, started_at=tx.now, deadline_machine_at=tx.machine_now, ended_at=tx.now,
    )  # fmt: skip
    tx.insert(
        import_upload, id=f"{mark}-upload", name=f"{mark}.csv", by=f"{mark}-account", size=1, lines=1,
        sha256=mark, received_at=tx.now, expires_at=tx.machine_now + LONG,
    )  # fmt: skip
    person = Person(first_name=f"{mark} first", last_name=f"{mark} last", birth_year=1957, postcode="")
    tx.insert(
        contact, id=f"{mark}-contact", fingerprint=mark.encode(), language="fr",
        person=seal_person(tx.keyring, f"{mark}-contact", person),
        zone="Europe/Paris", elicited_at=tx.now, consent_basis="consent", created_at=tx.now,
        import_id=f"{mark}-import", import_line=2, **where,
    )  # fmt: skip
    tx.insert(contact_number, contact_id=f"{mark}-contact", number_id=number_id, rank=1)
    index_people(tx, [f"{mark}-contact"])
    tx.insert(
        people_search, id=f"{mark}-search", account_id=f"{mark}-account", expires_at=tx.machine_now + LONG,
        asked=tx.keyring.encrypt_json({"name": mark}, f"people_search.asked:{mark}-search"),
    )  # fmt: skip
    tx.insert(
        suppression, id=f"{mark}-suppression", number_id=number_id, scope="all", source=f"{mark}-source",
        recorded_at=tx.now, recorded_machine_at=tx.machine_now,
    )  # fmt: skip
    tx.insert(
        appointment, id=f"{mark}-appointment", contact_id=f"{mark}-contact", kind="physical",
        place=f"{mark} street", reason="vaccine", starts_at=tx.now, status="booked", changed_at=tx.now,
    )  # fmt: skip
    tx.insert(
        agent, id=f"{mark}-agent", client_name=f"{mark}-client", name=f"{mark} agent", languages="fr",
        activity="available", activity_since=tx.now, state="on-call", state_since=tx.now, **where,
    )  # fmt: skip
    tx.insert(agent_skill, agent_id=f"{mark}-agent", skill="tracing", level=1)
    tx.insert(
        activity_wish, id=f"{mark}-wish", agent_id=f"{mark}-agent", region_code=place.region,
        activity="break", state="waiting", asked_at=tx.now, deadline_at=tx.now + LONG, decided_by="",
    )  # fmt: skip
    NUMBERS[mark] = number_id
    tx.insert(
        tracing_case, id=f"{mark}-case", reference=f"{mark}-reference", platform_code=place.platform,
        reported_at=tx.now, level=3,
    )  # fmt: skip
    tx.insert(
        case_handover, id=f"{mark}-handover", case_id=f"{mark}-case", state="waiting", reason="school",
        asked_at=tx.now, asked_by=f"{mark}-account", changed_at=tx.now, due_at=tx.now + LONG, **where,
    )  # fmt: skip
    tx.insert(
        case_handover_step, id=f"{mark}-step", handover_id=f"{mark}-handover", at=tx.now,
        by=f"{mark}-account", state="waiting", why="school",
    )  # fmt: skip


NUMBERS: dict[str, str] = {}  # the number of each place, by mark


def _calls(tx: Tx, place: Place) -> None:
    mark, where = place.mark, {"region_code": place.region, "platform_code": place.platform}
    report_incident(tx, "leg-lost", f"{mark}-leg")
    number_id = NUMBERS[mark]
    tx.insert(
        call, id=f"{mark}-call", direction="outbound", campaign_contact_id=f"{mark}-place",
        contact_id=f"{mark}-contact", started_at=tx.now, **where,
    )  # fmt: skip
    tx.insert(
        leg, id=f"{mark}-leg", call_id=f"{mark}-call", role="contact", number_id=number_id,
        sid=f"CA-{mark}", placement="placed", status="in-progress", planned_at=tx.now, news_at=tx.now,
    )  # fmt: skip
    tx.insert(leg_transition, leg_id=f"{mark}-leg", status="ringing", at=tx.now, source="callback",
              recorded_machine_at=tx.machine_now)  # fmt: skip
    tx.insert(
        message, id=f"{mark}-message", direction="outbound", number_id=number_id, placement="placed",
        campaign_contact_id=f"{mark}-place", planned_at=tx.now, news_at=tx.now,
        body=tx.keyring.encrypt(f"{mark} said", f"message:{mark}-message"),
    )  # fmt: skip
    tx.insert(
        callback, id=f"{mark}-callback", number_id=number_id, campaign_contact_id=f"{mark}-place",
        call_id=f"{mark}-call", region_code=place.region, due_at=tx.now, status="booked", created_at=tx.now,
    )  # fmt: skip
    tx.insert(
        queue_entry, id=f"{mark}-entry", call_id=f"{mark}-call", leg_id=f"{mark}-leg", skill=f"{mark}-skill",
        language="fr", state="pending", entered_at=tx.now, deadline_at=tx.now, **where,
    )  # fmt: skip
    tx.insert(
        routing_decision, id=f"{mark}-decision", entry_id=f"{mark}-entry", at=tx.now, kind="wait",
        sentence=f"{mark} waits.", from_region=place.region,
        inputs={"number": 1, "reason": "no-agreement", "sentence_fr": f"{mark} attend."},
    )  # fmt: skip
    tx.insert(
        reservation, id=f"{mark}-reservation", entry_id=f"{mark}-entry", agent_id=f"{mark}-agent",
        agent_region=place.region, decision_id=f"{mark}-decision", state="accepted", offered_at=tx.now,
        deadline_at=tx.now,
    )  # fmt: skip
