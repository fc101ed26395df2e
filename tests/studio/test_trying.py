"""The phone in the page runs what nobody has published, calls nobody, and fails at nothing."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callsvc.core.errors import Invalid
from callsvc.flows.phone import ACTIONS
from callsvc.flows.tables import flow_session
from callsvc.flows.trying import begin_trial, go_on, sample_facts, seal, unseal, value_of
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text, names
from tests.factories import advance

from .conftest import TEXT, Visitor, form_of

TRY = "/console/flows/callback/try"
DRAFT = "/console/flows/callback/draft"


def carried(page: str) -> str:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    return found[1] if found else ""


def press(client: FlaskClient, page: str, action: str, text: str = "", **sent: object) -> Any:
    sent = form_of(client, TRY, sealed=carried(page), action=action, text=text, **sent)
    return client.post(TRY, data=sent)


def test_the_draft_is_what_is_heard_and_nobody_is_called(rt: Runtime, visit: Visitor, version: str) -> None:
    ana = visit("ana")
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=TEXT.replace("Merci et au revoir.", "À demain.")))
    begun = press(
        ana, "", "begin", channel="voice", language="fr", **{"fact:platform.phone": "01 99 00 00 01"}
    )
    assert "01 99 00 00 01" in begun.text
    ended = html.unescape(press(ana, begun.text, "keys", "2").text)
    assert "À demain." in ended and "keys.2" in ended and not carried(ended.partition("flow-said")[0])
    assert rt.carrier.calls == {}  # type: ignore[attr-defined]
    with rt.db.read() as tx:
        assert tx.first(sa.select(flow_session)) is None


def test_a_conversation_goes_on_with_the_words_it_began_with(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    begun = press(ana, "", "begin", channel="voice", language="fr").text
    ana.post(DRAFT, data=form_of(ana, DRAFT, source=TEXT.replace("Merci et au revoir.", "À demain.")))
    assert "Merci et au revoir." in press(ana, begun, "keys", "2").text


def test_whoever_waits_for_an_agent_is_told_what_became_of_it(visit: Visitor, version: str) -> None:
    ana = visit("ana")
    waiting = press(ana, press(ana, "", "begin", language="en").text, "keys", "1").text
    assert "queue-closed" in waiting
    asked = press(ana, waiting, "queue-closed").text
    assert "To be called back on Monday 16 November at 11:00, press 1." in asked
    booked = press(ana, asked, "keys", "1").text
    assert "book-callback" in booked and "time: 2020-11-16T11:00:00+00:00" in booked


def test_what_one_account_began_no_other_goes_on_with(visit: Visitor, version: str) -> None:
    begun = press(visit("ana"), "", "begin").text
    assert press(visit("ben"), begun, "keys", "1").status_code == 422
    assert press(visit("ana"), f'name="sealed" value="{"A" * 80}"', "keys", "1").status_code == 422


def test_a_conversation_is_over_after_two_hours(rt: Runtime, version: str) -> None:
    with rt.db.read() as tx:
        trial = begin_trial(tx, TEXT, {}, channel="voice", language="fr", answered_by="human")
    now = rt.machine.now()
    sealed = seal(rt.db.keyring, trial, "acc1", now)
    assert unseal(rt.db.keyring, sealed, "acc1", now + timedelta(hours=1)).state == trial.state
    with pytest.raises(Invalid) as refused:
        unseal(rt.db.keyring, sealed, "acc1", now + timedelta(hours=2))
    assert refused.value.id == "trial-expired"
    advance(rt, 1)


def test_what_is_typed_means_what_a_flow_means() -> None:
    assert [value_of(text) for text in ("true", "1980", "01 99", "0612", "Ana", "")] == [
        True, 1980, "01 99", "0612", "Ana", "",
    ]  # fmt: skip


ANYTHING = st.tuples(
    st.sampled_from([*ACTIONS, "nonsense"]),
    st.sampled_from(["1", "2", "9", "0612", "oui", "STOP"]) | st.text(max_size=8),
)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("channel", ["voice", "sms"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flow=st.sampled_from(names()), inputs=st.lists(ANYTHING, max_size=12))
def test_no_input_breaks_the_phone(
    rt: Runtime, channel: str, flow: str, inputs: list[tuple[str, str]]
) -> None:
    source = flow_text(flow)
    with rt.db.read() as tx:
        facts = sample_facts(tx, source)
        trial = begin_trial(tx, source, facts, channel=channel, language="en", answered_by="human")
        for action, text in inputs:
            if action == "nonsense":
                with pytest.raises(Invalid):
                    go_on(tx, trial, action, text)
                continue
            trial = go_on(tx, trial, action, text)
        sealed = seal(rt.db.keyring, trial, "acc1", rt.machine.now())
        assert unseal(rt.db.keyring, sealed, "acc1", rt.machine.now()).path == trial.path
    assert (trial.waiting is None) == (trial.outcome is not None)
