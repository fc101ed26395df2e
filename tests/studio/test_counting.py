"""Where people leave: paths of ended sessions are counted once, and seen within the reader's places."""

import sqlalchemy as sa

import ivr_flows
from callsvc.accounts.guard import COOKIE
from callsvc.accounts.service import add_account, sign_in
from callsvc.app import create_app
from callsvc.calls.tables import call, leg
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.flows.service import begin_session, resume_session, session_of
from callsvc.flows.tables import flow_step_count
from callsvc.platforms.tables import platform, region
from callsvc.runtime import Runtime
from callsvc.studio.counting import count_paths
from callsvc.studio.leaving import steps_of

from .conftest import PASSWORD, Visitor

LEAVING = "/console/flows/callback/leaving"
PLACES = (("44", "67"), ("11", "75"))


def places(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        for code, department in PLACES:
            tx.insert(region, code=code, name=code, zone="Europe/Paris")
            tx.insert(platform, code=department, name=department, region_code=code)


def talk(
    rt: Runtime, version: str, name: str, *given: ivr_flows.Input, place: tuple[str, str] = PLACES[0]
) -> None:
    """A call of one session that hears these inputs, one turn each."""
    code, department = place
    with rt.db.begin() as tx:
        tx.insert(
            call, id=f"call-{name}", direction="inbound", region_code=code, platform_code=department,
            started_at=tx.now,
        )  # fmt: skip
        tx.insert(
            leg, id=name, call_id=f"call-{name}", role="contact", placement="received", status="in-progress",
            planned_at=tx.now, news_at=tx.now,
        )  # fmt: skip
        begin_session(
            tx, version=version, channel="voice", subject_id=name, facts={}, language="fr", answered_by=None
        )
        for one in given:
            row = session_of(tx, name)
            assert row is not None
            resume_session(tx, row, one)


def test_each_ended_session_is_counted_once(rt: Runtime, version: str) -> None:
    places(rt)
    talk(rt, version, "a", ivr_flows.Hangup())
    talk(rt, version, "b", ivr_flows.Keys("2"))
    talk(rt, version, "c", ivr_flows.NoKeys(), ivr_flows.Hangup())
    talk(rt, version, "d")  # still speaking
    assert count_paths(rt) == 3
    assert count_paths(rt) == 0
    talk(rt, version, "e", ivr_flows.Hangup())
    assert count_paths(rt) == 1
    with rt.db.read() as tx:
        rows = tx.all(sa.select(flow_step_count))
    taken = {(row.step, row.exit, row.target): row.sessions for row in rows}
    assert taken["start", "begin", "start"] == 4
    assert taken["start", "hangup", ""] == 3
    assert taken["start", "keys.2", "no_longer"] == 1
    start = steps_of(rows, ["start"])[0]
    assert (start.entered, start.left, start.many) == (4, 3, True)  # c was asked twice


def test_the_page_shows_the_share_that_hangs_up_and_no_other_regions(
    rt: Runtime, visit: Visitor, version: str
) -> None:
    places(rt)
    talk(rt, version, "a", ivr_flows.Hangup())
    talk(rt, version, "b", ivr_flows.Keys("2"))
    talk(rt, version, "c", ivr_flows.Keys("9"), place=PLACES[1])
    count_paths(rt)
    page = visit("ana").get(LEAVING).text
    assert "Conversations : 3" in page and "keys.9" in page
    for query in ("?from=2020-11-17", "?campaign=other", "?from=wrong&to=&version=wrong"):
        answer = visit("ana").get(LEAVING + query)
        assert answer.status_code == 200 and ("Conversations : 0" in answer.text) == ("wrong" not in query)
    add_account(rt, "loc@example.org", password=PASSWORD, role="supervisor", regions=("44",))
    local = create_app(rt).test_client()
    local.set_cookie(COOKIE, sign_in(rt, "loc@example.org", PASSWORD))
    page = local.get(LEAVING).text
    assert "Conversations : 2" in page and "keys.9" not in page


def test_a_conversation_by_sms_counts_for_its_campaign(rt: Runtime, version: str) -> None:
    places(rt)
    with rt.db.begin() as tx:
        _texted(tx, version)
        begin_session(
            tx, version=version, channel="sms", subject_id="place", facts={}, language="fr", answered_by=None
        )
        # One whose call nobody keeps any more is marked, so that it is not looked at for ever.
        begin_session(
            tx, version=version, channel="voice", subject_id="gone", facts={}, language="fr", answered_by=None
        )
        for name in ("place", "gone"):
            row = session_of(tx, name)
            assert row is not None
            resume_session(tx, row, ivr_flows.Hangup())
    assert (count_paths(rt), count_paths(rt)) == (2, 0)
    with rt.db.read() as tx:
        rows = tx.all(sa.select(flow_step_count))
    assert {(row.campaign_id, row.region_code, row.sessions) for row in rows} == {("by-sms", "44", 1)}


def _texted(tx: Tx, version: str) -> None:
    now = tx.now
    tx.insert(
        contact, id="person", fingerprint=b"1", platform_code="67", region_code="44", person=b"",
        language="fr", zone="Europe/Paris", elicited_at=now, consent_basis="consent", created_at=now,
    )  # fmt: skip
    tx.insert(
        campaign, id="by-sms", title="By SMS", purpose="x", flow_version=version, state="running", config={},
        created_at=now, changed_at=now,
    )  # fmt: skip
    tx.insert(
        campaign_contact, id="place", campaign_id="by-sms", contact_id="person", region_code="44",
        platform_code="67", status="trying", next_try_at=now, deadline_at=now,
    )  # fmt: skip
