"""Rows whose figures a person can add up: two regions, one helps the other, one campaign half done."""

from datetime import timedelta
from io import BytesIO

from callsvc.accounts.service import add_account
from callsvc.agents.tables import agent
from callsvc.calls.tables import call, leg
from callsvc.campaigns.caller_files import apply_callers, read_callers
from callsvc.campaigns.tables import campaign, campaign_approval, campaign_contact, stop_order
from callsvc.contacts.importing_jobs import receive_file
from callsvc.contacts.numbers import store_number
from callsvc.contacts.people import Person, seal_person
from callsvc.contacts.suppressions import suppress
from callsvc.contacts.tables import (
    case_handover,
    case_handover_step,
    contact,
    contact_import,
    tracing_case,
)
from callsvc.core.db import Tx
from callsvc.flows.service import publish
from callsvc.flows.tables import flow_draft, flow_version
from callsvc.metrics.tables import metric_event
from callsvc.people.tables import people_search
from callsvc.planning.tables import aid_preview
from callsvc.platforms.tables import platform, region
from callsvc.routing.tables import (
    aid_activation,
    aid_agreement,
    aid_agreement_change,
    aid_order,
    queue_entry,
)
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text
from tests.factories import campaign_file

PASSWORD = "correct horse battery"
CHIEF = "chief@example.org"  # administrator, the whole country
LOCAL = "local@example.org"  # supervisor of Grand Est only
AGENT = "desk@example.org"  # at the desk of agt2, in Île-de-France
REGIONS = (("44", "Grand Est", "67"), ("11", "Île-de-France", "75"), ("04", "La Réunion", "974"))
FLOW = "callback"  # published, with a draft that changes a word
PERSON = Person(first_name="Camille", last_name="Essai", birth_year=1980, postcode="")
LIST = "Nom;Prénom;Téléphone\nDurand;Lea;06 39 98 00 01\n".encode()
_WAS = {"offered": 812, "in_time": 61.3, "abandoned": 9.4, "deferred": 0.0, "received": 31, "given": 0}
_PLAYED = {
    "in_time": [63.1, 58.0, 68.2], "abandoned": [8.8, 7.1, 10.5], "deferred": [0.0, 0.0, 0.0],
    "received": [29.0, 20.1, 37.9], "given": [0.0, 0.0, 0.0],
}  # fmt: skip
PREVIEWED = {
    "day": "2020-11-15", "calls": 812, "runs": 20,
    **{side: dict.fromkeys(("44", "11", "04", ""), _PLAYED) for side in ("present", "edited")},
    "was": dict.fromkeys(("44", "11", "04", ""), _WAS),
}  # fmt: skip
POOLS = """
pools:
  - id: national
    title: Numéros nationaux
    senders: [{value: "+33199000101"}, {value: "+33199000102", regions: ["44"]}, {value: "38000"}]
"""
WAITING = 3  # calls that wait for an agent
OUTCOMES = ("reached",) * 5 + ("not-reached",) * 2 + ("callback-booked",)


def seed(rt: Runtime) -> None:
    add_account(rt, CHIEF, password=PASSWORD, role="administrator", regions=("*",), name="Chief")
    add_account(rt, LOCAL, password=PASSWORD, role="supervisor", regions=("44",), language="en")
    at_desk = add_account(rt, AGENT, password=PASSWORD, role="agent", regions=("11",))
    with rt.db.begin() as tx:
        _places(tx)
        _agents(tx)
        tx.update(agent, agent.c.id == "agt2", account_id=at_desk)
        _flow(tx)
        _campaign(tx)
        _case(tx)
        _waiting(tx)
        _events(tx)
        _stop_and_import(tx)
        _shown_and_silenced(tx)
    receive_file(rt, BytesIO(LIST), "liste.csv", "acc1")  # upl1


def _places(tx: Tx) -> None:
    for code, name, department in REGIONS:
        tx.insert(region, code=code, name=name, zone="Europe/Paris")
        tx.insert(platform, code=department, name=name, region_code=code)
    tx.insert(aid_activation, region_code="44", active=True, since=tx.now)
    terms = {"rank": 1, "activate_wait_s": 20, "release_wait_s": 5, "cap": 10, "hours": None}
    tx.insert(
        aid_agreement, aided_region="44", aiding_region="11", **terms | {"hours": {"0": [["08:00", "18:00"]]}}
    )
    tx.insert(
        aid_agreement_change, id="agc0", aided_region="44", aiding_region="11", at=tx.now, by="acc1",
        before=None, after=terms,
    )  # fmt: skip
    tx.insert(
        aid_preview, id="prv0", region_code="11", day=tx.now.date(), status="completed", done=40, wanted=40,
        draft=[{"aided": "44", "aiding": "11", "terms": terms}], asked_by="acc1", asked_at=tx.machine_now,
        lease_until=tx.machine_now, report=PREVIEWED,
    )  # fmt: skip
    tx.insert(
        aid_order, id="aid0", aided_region="44", aiding_region="11", state="asked", wanted=5,
        until_at=tx.now + timedelta(hours=3), made_at=tx.now, made_by="acc1",
    )  # fmt: skip


def _agents(tx: Tx) -> None:
    states = [("44", "available", "on-call"), ("44", "break", "idle")]
    states += [("11", "available", "idle")] * 4 + [("11", "available", "wrap-up"), ("04", "offline", "idle")]
    departments = {code: department for code, _, department in REGIONS}
    for number, (code, activity, state) in enumerate(states):
        tx.insert(
            agent, id=f"agt{number}", client_name=f"agent{number}", platform_code=departments[code],
            region_code=code, name=f"Agent {number}", languages="fr", activity=activity,
            activity_since=tx.now, state=state, state_since=tx.now,
        )  # fmt: skip


def _flow(tx: Tx) -> None:
    text = flow_text(FLOW)
    publish(tx, text, "library", "The first words.")
    draft = text.replace("Merci et au revoir.", "Au revoir.").replace('"2": no_longer', '"2": nowhere')
    tx.insert(flow_draft, flow_id=FLOW, source=draft, revision=1, changed_at=tx.now, changed_by="library")


def _case(tx: Tx) -> None:
    """One that waits for the regional authority."""
    tx.insert(
        tracing_case, id="cas0", reference="GE-2020-118", platform_code="67", reported_at=tx.now, level=3
    )
    tx.insert(
        case_handover, id="hov0", case_id="cas0", region_code="44", platform_code="67", state="waiting",
        reason="school", asked_at=tx.now, asked_by="acc1", changed_at=tx.now, due_at=tx.now,
    )  # fmt: skip
    tx.insert(
        case_handover_step, id="hos0", handover_id="hov0", at=tx.now, by="acc1", state="waiting", why="school"
    )


def _campaign(tx: Tx) -> None:
    now = tx.now
    text = flow_text(FLOW).replace(f"id: {FLOW}", "id: tracing")
    tx.insert(flow_version, version="v1", flow_id="tracing", source=text, published_at=now, published_by="t")
    for name, title, state in (
        ("tracing", "Suivi des contacts <b>", "running"),
        ("drill", "Exercice", "draft"),
    ):
        tx.insert(
            campaign, id=name, title=title, purpose="contact-tracing", flow_version="v1", state=state,
            config=campaign_file(id=name, title=title, flow="tracing").model_dump(mode="json", by_alias=True),
            created_at=now, changed_at=now,
        )  # fmt: skip
    tx.insert(
        people_search, id="search1", account_id="acc1", expires_at=tx.machine_now + timedelta(hours=1),
        asked=tx.keyring.encrypt_json({"case": "ZQ1"}, "people_search.asked:search1"),
    )  # fmt: skip
    for number in range(20):
        outcome = OUTCOMES[number] if number < len(OUTCOMES) else None
        code, _, department = REGIONS[1] if number == 19 else REGIONS[0]
        tx.insert(
            contact, id=f"ctc{number}", fingerprint=str(number).encode(), platform_code=department,
            region_code=code, language="fr", zone="Europe/Paris", elicited_at=now,
            person=seal_person(tx.keyring, f"ctc{number}", PERSON),
            consent_basis="consent", created_at=now,
        )  # fmt: skip
        tx.insert(
            campaign_contact, id=f"cct{number}", campaign_id="tracing", contact_id=f"ctc{number}",
            region_code=code, platform_code=department, status="done" if outcome else "waiting",
            next_try_at=now, outcome=outcome, outcome_at=now if outcome else None, deadline_at=now,
        )  # fmt: skip


def _stop_and_import(tx: Tx) -> None:
    tx.insert(
        stop_order, id="stop1", everything=False, campaign_id="drill", asked_by="acc1", asked_at=tx.now,
        asked_machine_at=tx.machine_now, done_machine_at=tx.machine_now,
    )  # fmt: skip
    refused = {"reason": "no-number", "count": 1}
    tx.insert(
        contact_import, id="import1", source="liste", file_hash="1", status="completed", lines=3,
        lines_done=3, wish={"campaign": "tracing"},
        report={"rows": 3, "kept": 2, "refused": 1, "refusals": [refused]},
        started_at=tx.now, deadline_machine_at=tx.machine_now, ended_at=tx.now,
    )  # fmt: skip
    tx.insert(
        campaign_approval, id="apr1", campaign_id="drill", state="asked", asked_by="acc2", asked_at=tx.now,
        people=2000,
    )  # fmt: skip


def _shown_and_silenced(tx: Tx) -> None:
    apply_callers(tx, read_callers(POOLS), "acc1")
    for digits, source in (("01", "list"), ("02", "console")):
        number_id = store_number(
            tx, f"+336399800{digits}", synthetic=True, country="FR", kind="mobile", zone="Europe/Paris"
        )
        suppress(tx, number_id, "all", source=source, evidence="acc1" if source == "console" else "liste:1")


def _waiting(tx: Tx) -> None:
    for number in range(WAITING):
        since = tx.now - timedelta(seconds=75 - number)
        tx.insert(
            call, id=f"call{number}", direction="inbound", region_code="44", platform_code="67",
            started_at=since,
        )  # fmt: skip
        tx.insert(
            leg, id=f"leg{number}", call_id=f"call{number}", role="contact", placement="received",
            status="in-progress", planned_at=since, news_at=since,
        )  # fmt: skip
        tx.insert(
            queue_entry, id=f"ent{number}", call_id=f"call{number}", leg_id=f"leg{number}", region_code="44",
            platform_code="67", skill="tracing", language="fr", state="pending", entered_at=since,
            deadline_at=tx.now,
        )  # fmt: skip


def _events(tx: Tx) -> None:
    """Grand Est: ten answered (four by Île-de-France), eight of them in time, two abandoned."""
    for number in range(10):
        helper = "11" if number < 4 else "44"
        waited = 60 if number >= 8 else 10
        facts = {"waited_s": waited, "agent_region": helper, "overflow": helper != "44"}
        note(tx, "entry-connected", number, facts)
        note(tx, "entry-left", number, {"how": "connected", "waited_s": waited})
    for number in (10, 11):
        note(tx, "entry-left", number, {"how": "hung-up", "waited_s": 90})
    for number in range(30):
        note(tx, "attempt-placed", number, {})


def note(tx: Tx, name: str, number: int, facts: dict[str, object]) -> None:
    tx.insert(
        metric_event, name=name, at=tx.now, subject=f"s{number}", region_code="44", campaign_id="tracing",
        facts=facts,
    )  # fmt: skip
    tx.changed("figures", region="44")
