"""Each event leaves one row, with the region and campaign of its call, and nothing that names a person."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from callsvc.calls.events import LegAnswered, LegEnded, LegPlaced
from callsvc.calls.tables import call, leg
from callsvc.campaigns.events import ContactFinished
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact, phone_number
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_version
from callsvc.metrics import service
from callsvc.metrics.cli import report
from callsvc.metrics.tables import metric_event
from callsvc.platforms.tables import platform, region
from callsvc.routing.events import EntryConnected, EntryLeft
from callsvc.runtime import Runtime


@pytest.fixture
def world(rt: Runtime) -> Runtime:
    """One person of one campaign with an outbound leg, and the number that calls us."""
    with rt.db.begin() as tx:
        now = tx.now
        tx.insert(region, code="44", name="Grand Est", zone="Europe/Paris")
        tx.insert(platform, code="67", name="Bas-Rhin", region_code="44")
        tx.insert(flow_version, version="v1", flow_id="f", source="", published_at=now, published_by="t")
        tx.insert(
            campaign, id="tracing", title="T", purpose="tracing", flow_version="v1", state="running",
            config={}, created_at=now, changed_at=now,
        )  # fmt: skip
        tx.insert(
            phone_number, id="num1", fingerprint=b"1", ciphertext=b"", key_version=1, synthetic=True,
            country="FR", kind="mobile", zone="Europe/Paris",
        )  # fmt: skip
        tx.insert(
            contact, id="ctc1", fingerprint=b"1", platform_code="67", region_code="44", person=b"",
            language="fr", zone="Europe/Paris", elicited_at=now, consent_basis="consent", created_at=now,
        )  # fmt: skip
        tx.insert(
            campaign_contact, id="cct1", campaign_id="tracing", contact_id="ctc1", region_code="44",
            platform_code="67", status="trying", next_try_at=now, deadline_at=now,
        )  # fmt: skip
        make_leg(tx, "leg1", direction="outbound", cc="cct1")
    return rt


def make_leg(tx: Tx, leg_id: str, *, direction: str, cc: str | None = None, days_ago: float = 0) -> None:
    at = tx.now - timedelta(days=days_ago)
    tx.insert(
        call, id=f"call-{leg_id}", direction=direction, region_code="44", platform_code="67",
        campaign_contact_id=cc, started_at=at,
    )  # fmt: skip
    tx.insert(
        leg, id=leg_id, call_id=f"call-{leg_id}", role="contact", number_id="num1", placement="placed",
        planned_at=at, news_at=at,
    )  # fmt: skip


def rows(rt: Runtime) -> dict[str, dict[str, object]]:
    with rt.db.read() as tx:
        return {
            f"{row.name} {row.subject}": {"region": row.region_code, "campaign": row.campaign_id, **row.facts}
            for row in tx.all(sa.select(metric_event))
        }


def about(
    rt: Runtime, leg_id: str, *, direction: str = "outbound", role: str = "contact"
) -> dict[str, object]:
    facts = {"leg_id": leg_id, "call_id": f"call-{leg_id}", "role": role, "direction": direction}
    return facts | {"at": rt.clock.now()}


def test_an_attempt_is_followed_from_placed_to_ended_once_each(world: Runtime) -> None:
    facts = about(world, "leg1")
    for _ in range(2):
        with world.db.begin() as tx:
            tx.update(leg, leg.c.id == "leg1", answered_by="machine_start")
            service.note_attempt_placed(tx, LegPlaced(**facts))  # type: ignore[arg-type]
            service.note_leg_answered(tx, LegAnswered(**facts))  # type: ignore[arg-type]
            ended = LegEnded(**facts, status="completed", answered=True)  # type: ignore[arg-type]
            service.note_leg_ended(tx, ended)
    place = {"region": "44", "campaign": "tracing"}
    assert rows(world) == {
        "attempt-placed leg1": place,
        "attempt-answered leg1": place,
        "attempt-ended leg1": place | {"status": "completed", "answered": True, "machine": True},
    }


def test_an_agents_leg_is_no_attempt(world: Runtime) -> None:
    with world.db.begin() as tx:
        facts = about(world, "leg1", role="agent")
        service.note_attempt_placed(tx, LegPlaced(**facts))  # type: ignore[arg-type]
        service.note_leg_ended(tx, LegEnded(**facts, status="completed", answered=True))  # type: ignore[arg-type]
    assert rows(world) == {}


@pytest.mark.parametrize(("days_ago", "repeat"), [(6.9, True), (7.1, False)])
def test_a_call_is_a_repeat_when_the_number_called_in_the_seven_days_before(
    world: Runtime, days_ago: float, repeat: bool
) -> None:
    with world.db.begin() as tx:
        make_leg(tx, "leg2", direction="inbound", days_ago=days_ago)
        make_leg(tx, "leg3", direction="inbound")
        facts = about(world, "leg3", direction="inbound")
        service.note_leg_answered(tx, LegAnswered(**facts))  # type: ignore[arg-type]
        service.note_leg_ended(tx, LegEnded(**facts, status="completed", answered=True))  # type: ignore[arg-type]
    assert rows(world) == {"call-received leg3": {"region": "44", "campaign": "", "repeat": repeat}}


def entry(rt: Runtime) -> dict[str, object]:
    return {
        "entry_id": "ent1",
        "call_id": "call-leg1",
        "leg_id": "leg1",
        "region_code": "44",
        "platform_code": "67",
        "skill": "tracing",
        "at": rt.clock.now(),
    }


def test_an_entry_keeps_its_home_region_and_says_who_helped(world: Runtime) -> None:
    with world.db.begin() as tx:
        connected = EntryConnected(
            **entry(world),
            reservation_id="res1",
            agent_id="agt1",
            agent_region="11",
            waited_s=12,
            overflow=True,
        )  # type: ignore[arg-type]
        service.note_entry_connected(tx, connected)
        left = EntryLeft(**entry(world), session_id=None, how="connected", waited_s=12)  # type: ignore[arg-type]
        service.note_entry_left(tx, left)
    home = {"region": "44", "campaign": "tracing", "platform": "67", "waited_s": 12}
    assert rows(world) == {
        "entry-connected ent1": home | {"agent_region": "11", "overflow": True},
        "entry-left ent1": home | {"how": "connected"},
    }


def test_a_person_finishes_once_and_is_reached_once_even_after_a_callback(world: Runtime) -> None:
    with world.db.begin() as tx:
        for outcome in ("callback-booked", "reached", "reached"):
            event = ContactFinished(
                campaign_contact_id="cct1", campaign_id="tracing", region_code="44", outcome=outcome
            )
            service.note_contact_finished(tx, event)
    place = {"region": "44", "campaign": "tracing"}
    assert rows(world) == {
        "contact-finished cct1": place | {"outcome": "callback-booked"},
        "contact-reached cct1": place | {"outcome": "reached"},
    }


def test_the_reports_print_json_and_text(world: Runtime) -> None:
    test_an_entry_keeps_its_home_region_and_says_who_helped(world)
    shown = CliRunner().invoke(report, ["volume", "--format", "json", "--region", "44"], obj=lambda: world)
    assert json.loads(shown.output)["total"]["overflow"] == 1
    assert json.loads(shown.output)["service_level"] == {"variant": "V1", "threshold_s": 20.0}
    helped = CliRunner().invoke(report, ["aid", "--format", "json"], obj=lambda: world)
    assert json.loads(helped.output) == [
        {"home": "44", "agent_region": "11", "connected": 1, "overflow": True}
    ]
    text = CliRunner().invoke(report, ["volume", "--since", "2020-11-16T00:00+01:00"], obj=lambda: world)
    assert "100.0 %" in text.output
    assert "Service level V1" in text.output
