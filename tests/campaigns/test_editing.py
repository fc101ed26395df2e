"""Edits, their history field by field, an undo, clones, and the file that comes out again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsvc.campaigns.cloning import clone
from callsvc.campaigns.definition import read_campaign
from callsvc.campaigns.editing import edit, undo_last_edit
from callsvc.campaigns.exporting import file_of
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.history import Difference, differences, last_edit
from callsvc.campaigns.scheduling import schedule
from callsvc.campaigns.service import apply_campaign, change_state
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.flows.service import publish
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text
from tests.factories import advance, campaign_file, places, publish_library, start_campaign


def test_some_settings_are_changed_while_it_runs_and_the_others_stay(rt: Runtime) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        before = config_of(campaign_row(tx, "tracing"))
        assert edit(tx, "tracing", {"caps": {"per_number_24h": 1}}, "bob")
        assert not edit(tx, "tracing", {"caps": {"per_number_24h": 1}}, "bob")
        row = campaign_row(tx, "tracing")
        changed = last_edit(tx, "tracing")
    assert config_of(row).caps.per_number_24h == 1 and row.state == "running"
    assert config_of(row).windows == before.windows
    assert changed is not None and (changed.by, changed.what) == ("bob", "edited")
    said = {one.field: (one.before, one.after) for one in differences(changed.before, changed.after)}
    assert said["caps.per_number_24h"] == (3, 1)


def test_an_edit_of_something_else_keeps_the_flow_people_hear(rt: Runtime) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        heard = campaign_row(tx, "tracing").flow_version
    advance(rt, 60)
    with rt.db.begin() as tx:
        newer = publish(tx, flow_text("contact-tracing").replace("Bonjour", "Bonsoir"), "somebody")
        assert newer != heard
        edit(tx, "tracing", {"title": "Autre titre"}, "bob")
        assert campaign_row(tx, "tracing").flow_version == heard
        edit(tx, "tracing", {"flow_version": ""}, "bob")
        assert campaign_row(tx, "tracing").flow_version == newer


@pytest.mark.parametrize("again", [False, True])
def test_neither_an_undo_nor_a_schedule_changes_the_flow_people_hear(rt: Runtime, again: bool) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        heard = campaign_row(tx, "tracing").flow_version
        if not again:
            edit(tx, "tracing", {"title": "Autre titre"}, "bob")
    advance(rt, 60)
    with rt.db.begin() as tx:
        publish(tx, flow_text("contact-tracing").replace("Bonjour", "Bonsoir"), "somebody")
        if again:  # this edit keeps the version by naming it
            edit(tx, "tracing", {"title": "Autre titre"}, "bob")
    advance(rt, 1)
    with rt.db.begin() as tx:
        undo_last_edit(tx, "tracing", "bob")
        row = campaign_row(tx, "tracing")
        assert (row.title, row.flow_version) == ("Suivi des contacts", heard)
    advance(rt, 1)
    with rt.db.begin() as tx:
        schedule(tx, "tracing", None, tx.now + timedelta(days=2), "bob")
        assert campaign_row(tx, "tracing").flow_version == heard


def test_an_undo_of_a_change_of_version_changes_what_people_hear(rt: Runtime) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        heard = campaign_row(tx, "tracing").flow_version
    advance(rt, 60)
    with rt.db.begin() as tx:
        newer = publish(tx, flow_text("contact-tracing").replace("Bonjour", "Bonsoir"), "somebody")
        edit(tx, "tracing", {"flow_version": heard}, "bob")
    advance(rt, 1)
    with rt.db.begin() as tx:
        undo_last_edit(tx, "tracing", "bob")
        assert campaign_row(tx, "tracing").flow_version == newer
    advance(rt, 1)
    with rt.db.begin() as tx:
        undo_last_edit(tx, "tracing", "bob")
        assert campaign_row(tx, "tracing").flow_version == heard


@pytest.mark.parametrize("changes", [{"caps": {"per_number_24h": 0}}, {"colour": "blue"}])
def test_an_edit_the_definition_refuses_changes_nothing(rt: Runtime, changes: dict[str, object]) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx, pytest.raises(Invalid):
        edit(tx, "tracing", changes, "bob")


def test_the_last_edit_is_taken_back_and_the_undo_too(rt: Runtime) -> None:
    start_campaign(rt)
    with rt.db.begin() as tx:
        with pytest.raises(Conflict) as refusal:
            undo_last_edit(tx, "tracing", "bob")
        assert refusal.value.id == "nothing-to-undo"
        edit(tx, "tracing", {"title": "Autre titre"}, "bob")
    change_state(rt, "tracing", "pause", "bob")
    advance(rt, 1)
    with rt.db.begin() as tx:
        undone = undo_last_edit(tx, "tracing", "carol")
        assert Difference("title", "Autre titre", "Suivi des contacts") in undone
        assert campaign_row(tx, "tracing").title == "Suivi des contacts"
    advance(rt, 1)
    with rt.db.begin() as tx:
        undo_last_edit(tx, "tracing", "carol")
        assert campaign_row(tx, "tracing").title == "Autre titre"


def test_a_clone_is_a_draft_of_the_same_file_without_people_or_schedule(rt: Runtime) -> None:
    file = campaign_file(schedule={"ends_at": "2020-11-30 20:00"})
    start_campaign(rt, file=file)
    with rt.db.begin() as tx:
        clone(tx, "tracing", "tracing-2", "bob", title="Suite")
        copy = campaign_row(tx, "tracing-2")
        assert (copy.state, copy.title, copy.ends_at) == ("draft", "Suite", None)
        assert config_of(copy).windows == file.windows
        for name, id in (("tracing-2", "campaign-id-taken"), ("Not a name", "campaign-file-invalid")):
            with pytest.raises((Conflict, Invalid)) as refusal:
                clone(tx, "tracing", name, "bob")
            assert refusal.value.id == id
        with pytest.raises(NotFound):
            clone(tx, "nobody-knows-it", "tracing-3", "bob")
        with pytest.raises(Conflict) as nothing:
            undo_last_edit(tx, "tracing-2", "bob")
    assert nothing.value.id == "nothing-to-undo" and places(rt, "tracing-2") == []


def test_the_exported_file_applied_again_changes_nothing(rt: Runtime) -> None:
    start_campaign(rt)
    with rt.db.read() as tx:
        text = file_of(campaign_row(tx, "tracing"))
    assert not apply_campaign(rt, read_campaign(text), "bob")
    publish_library(rt)
    assert read_campaign(text) == campaign_file()


VALUES = st.recursive(
    st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)


FILES = st.dictionaries(st.sampled_from("abc"), VALUES)


@given(FILES, FILES)
def test_differences_are_none_of_the_same_and_turn_round_with_the_sides(
    before: dict[str, object], after: dict[str, object]
) -> None:
    assert differences(before, before) == []
    turned = {(one.field, repr(one.after), repr(one.before)) for one in differences(before, after)}
    assert turned == {(one.field, repr(one.before), repr(one.after)) for one in differences(after, before)}
