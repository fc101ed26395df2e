"""The file is the state: applied once it is so, applied twice nothing changes, and every change is kept."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state, reopen
from callsvc.campaigns.tables import STATES, campaign, campaign_change
from callsvc.contacts.importing_wish import require_open_campaign
from callsvc.core.errors import CallsvcError, Conflict, Invalid, NotFound
from callsvc.dialing.stopping import emergency_stop
from callsvc.runtime import Runtime
from tests.factories import (
    advance,
    campaign_file,
    make_contact,
    make_country,
    places,
    publish_library,
    start_campaign,
)

GOOD = """
id: tracing
title: Suivi des contacts
purpose: contact-tracing
flow: contact-tracing
caller_id: "+33199000100"
windows:
  - {days: [mon, tue], from: "09:00", to: "20:00"}
"""

TABLE = {
    ("start", "draft"): "running",
    ("pause", "running"): "paused",
    ("resume", "paused"): "running",
    ("stop", "draft"): "stopped",
    ("stop", "running"): "stopped",
    ("stop", "paused"): "stopped",
}


def _changes(rt: Runtime) -> list[Any]:
    with rt.db.read() as tx:
        return list(tx.all(sa.select(campaign_change).order_by(campaign_change.c.at, campaign_change.c.id)))


def _state(rt: Runtime, campaign_id: str = "tracing") -> str:
    with rt.db.read() as tx:
        return str(tx.scalar(sa.select(campaign.c.state).where(campaign.c.id == campaign_id)))


def test_a_file_applied_twice_changes_nothing_and_is_logged_once(rt: Runtime) -> None:
    publish_library(rt)
    assert apply_campaign(rt, read_campaign(GOOD), "alice")
    advance(rt, 60)
    assert not apply_campaign(rt, read_campaign(GOOD), "bob")
    [change] = _changes(rt)
    assert (change.by, change.what, change.before, _state(rt)) == ("alice", "applied", {}, "draft")


def test_a_change_is_kept_with_who_made_it_and_what_it_was_before(rt: Runtime) -> None:
    publish_library(rt)
    apply_campaign(rt, read_campaign(GOOD), "alice")
    changed_at = advance(rt, 60)
    assert apply_campaign(rt, read_campaign(GOOD.replace("20:00", "19:00")), "bob")
    change = _changes(rt)[1]
    assert (change.by, change.at) == ("bob", changed_at)
    assert [side["windows"][0]["to"] for side in (change.before, change.after)] == ["20:00", "19:00"]


def test_a_newer_flow_is_taken_by_the_next_apply_and_a_pinned_one_is_not(rt: Runtime) -> None:
    publish_library(rt)
    with rt.db.read() as tx:
        pinned = tx.scalar(sa.text("select version from flow_version"))
    file = GOOD + f"flow_version: {pinned}\n"
    apply_campaign(rt, read_campaign(file), "alice")
    assert not apply_campaign(rt, read_campaign(file), "alice")
    with pytest.raises(NotFound, match="flow"):
        apply_campaign(rt, read_campaign(GOOD + "flow_version: nothing-published\n"), "alice")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (GOOD + "colour: blue\n", "colour"),
        (GOOD.replace('"20:00"', '"09:00"'), "windows.0.to"),
        (GOOD.replace('"20:00"', '"25:00"'), "windows.0.to"),
        (GOOD.replace("[mon, tue]", "[]"), "windows.0.days"),
        (GOOD.replace("[mon, tue]", "[mon, lundi]"), "windows.0.days.1"),
        (GOOD.replace("+33199000100", "01 99 00 01 00"), "caller_id"),
        (GOOD.replace("id: tracing", "id: Tracing 2020"), "id"),
        (GOOD.replace("title: Suivi des contacts", ""), "title"),
        (GOOD + "pacing: {calls_per_second: 0}\n", "pacing.calls_per_second"),
        (GOOD + "retries: {most_tries: 0}\n", "retries.most_tries"),
        (GOOD + 'sms_fallback: {sender: "+33199000100", text: {}}\n', "sms_fallback"),
    ],
)
def test_a_bad_file_is_refused_and_the_place_is_named(text: str, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_campaign(text)
    assert refusal.value.id == "campaign-file-invalid"
    assert [problem["place"] for problem in refusal.value.details["problems"]] == [place]
    assert place in str(refusal.value)


@pytest.mark.parametrize("text", ["windows: [", "- a\n- b\n", "", "just words", "id: a\nid: b\n", "\ta: b"])
def test_what_is_no_mapping_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_campaign(text)
    assert refusal.value.id == "campaign-file-invalid"


@given(st.text(max_size=80))
def test_any_text_is_a_campaign_or_a_refusal(text: str) -> None:
    try:
        read_campaign(text)
    except Invalid as refusal:
        assert refusal.id == "campaign-file-invalid"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ["start", "pause", "resume", "stop"])
def test_each_action_is_possible_exactly_where_the_table_says(rt: Runtime, state: str, action: str) -> None:
    start_campaign(rt)
    before = len(_changes(rt))
    with rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", state=state)
    target = TABLE.get((action, state))
    if target is not None:
        assert change_state(rt, "tracing", action, "alice") == target == _state(rt)
        [change] = _changes(rt)[before:]
        assert (change.by, change.what, change.before, change.after) == (
            "alice",
            action,
            {"state": state},
            {"state": target},
        )
    else:
        with pytest.raises(Conflict) as refusal:
            change_state(rt, "tracing", action, "alice")
        assert refusal.value.id == "campaign-state" and state in str(refusal.value)
        assert (_state(rt), len(_changes(rt))) == (state, before)


def test_where_calls_are_handed_to_nobody_a_flow_that_waits_for_agents_is_not_started(rt: Runtime) -> None:
    publish_library(rt)
    apply_campaign(rt, read_campaign(GOOD), "alice")
    rt.db.settings = rt.settings.model_copy(update={"callsvc_hand_over": "none"})
    with pytest.raises(Conflict, match=r"contact-tracing\.") as refusal:
        change_state(rt, "tracing", "start", "alice")
    assert (refusal.value.id, _state(rt)) == ("campaign-needs-agents", "draft")
    assert change_state(rt, "tracing", "stop", "alice") == "stopped"


def test_a_campaign_nobody_knows_cannot_be_started(rt: Runtime) -> None:
    with pytest.raises(CallsvcError) as refusal:
        change_state(rt, "nobody-knows-it", "start", "alice")
    assert refusal.value.id == "campaign-unknown"


@pytest.mark.parametrize("state", ["stopped", "completed"])
def test_a_file_changes_no_campaign_that_is_over(rt: Runtime, state: str) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", state=state)
    assert not apply_campaign(rt, campaign_file(), "alice")  # nothing to change is no conflict
    with pytest.raises(Conflict) as refusal:
        apply_campaign(rt, campaign_file(title="Autre titre"), "alice")
    assert refusal.value.id == "campaign-over"


def test_who_is_in_a_campaign_already_is_not_put_in_again(rt: Runtime) -> None:
    world = start_campaign(rt, "+33639980001")
    with rt.db.begin() as tx:
        other = make_contact(tx, "+33639980002", fragility=7)
        assert add_contacts(tx, "tracing", [*world.contact_ids, other]) == 1
        assert add_contacts(tx, "tracing", [*world.contact_ids, other]) == 0
    assert [(place.status, place.priority) for place in places(rt)] == [("waiting", 0), ("waiting", 70)]


@pytest.mark.parametrize(
    ("state", "after"), [("draft", "draft"), ("paused", "paused"), ("completed", "running")]
)
def test_people_added_later_are_called_also_when_all_others_were_done(
    rt: Runtime, state: str, after: str
) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", state=state)
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980002")])
    assert _state(rt) == after


def test_nobody_is_put_into_a_campaign_that_was_stopped(rt: Runtime) -> None:
    start_campaign(rt)
    change_state(rt, "tracing", "stop", "alice")
    with pytest.raises(Conflict) as refusal, rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980002")])
    assert refusal.value.id == "campaign-over" and len(places(rt)) == 1


@pytest.mark.parametrize("by", ["alice", "schedule"])
def test_nobody_is_put_into_a_campaign_that_was_closed_and_its_promises_do_not_open_it(
    rt: Runtime, by: str
) -> None:
    world = start_campaign(rt)
    change_state(rt, "tracing", "close", by)
    for opened_for_one in (False, True):
        with pytest.raises(Conflict) as refusal, rt.db.begin() as tx:
            if opened_for_one:  # a callback that was promised is still made
                reopen(tx, "tracing")
            add_contacts(tx, "tracing", [make_contact(tx, "+33639980002")])
        assert refusal.value.id == "campaign-over" and "closed" in refusal.value.message
        with pytest.raises(Conflict), rt.db.read() as tx:
            require_open_campaign(tx, "tracing")  # no list is read for it either
    assert [place.contact_id for place in places(rt)] == world.contact_ids and _state(rt) == "completed"


def test_what_is_opened_again_under_a_stop_of_everything_stays_paused(rt: Runtime) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        tx.update(campaign, campaign.c.id == "tracing", state="completed")
    emergency_stop(rt, None, "alice")
    with rt.db.begin() as tx:
        add_contacts(tx, "tracing", [make_contact(tx, "+33639980002")])
    assert _state(rt) == "paused"


def test_nobody_is_put_into_a_campaign_that_does_not_exist(rt: Runtime) -> None:
    with pytest.raises(NotFound), rt.db.begin() as tx:
        make_country(tx)
        add_contacts(tx, "nobody-knows-it", [make_contact(tx)])


def test_a_caller_id_of_fiction_is_refused_on_a_real_carrier(rt: Runtime) -> None:
    publish_library(rt)
    real = {
        "twilio_api_base_url": "https://api.carrier.example",
        "callsvc_caller_id": "+441632960100",
        "callsvc_verify_phone": "+44 1632 960100",
    }
    abroad = replace(rt, settings=rt.settings.model_copy(update=real))
    with pytest.raises(Invalid) as refused:
        apply_campaign(abroad, campaign_file(), "test")
    assert refused.value.id == "fiction-number"


def test_the_purpose_is_fixed_once_people_may_have_opted_out_of_it(rt: Runtime) -> None:
    start_campaign(rt)
    with pytest.raises(Conflict) as refused:
        apply_campaign(rt, campaign_file(purpose="something-else"), "test")
    assert refused.value.id == "campaign-purpose-fixed"
