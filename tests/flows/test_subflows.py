"""Sub-flows are published before the flows that call them, and a session keeps the versions it began with."""

import pytest
import sqlalchemy as sa

from callsvc.core.errors import Invalid
from callsvc.flows.service import begin_session, publish, resume_session, session_of, session_waits_for
from callsvc.runtime import Runtime
from ivr_flows import AskKeys, Keys, Turn
from tests.factories import advance

CALLER = """\
schema: 1
id: caller
title: {en: Caller}
direction: inbound
languages: [en]
channels: [voice]
limits: {steps: 60, visits_per_step: 6}
prompts: {bye: {says: neutral, en: {text: Goodbye.}}}
steps:
  start: {flow: inner, outcomes: {"yes": bye}, otherwise: bye}
  bye: {say: bye, end: {default: done}}
"""
INNER = """\
schema: 1
id: inner
title: {en: Inner}
direction: inbound
languages: [en]
channels: [voice]
limits: {steps: 60, visits_per_step: 6}
prompts: {ask: {says: neutral, en: {text: "Press 1."}}}
steps:
  start: {menu: {prompt: ask}, keys: {"1": "yes"}}
  "yes": {set: {disposition: first}, end: "yes"}
"""


def _refused(rt: Runtime, source: str) -> list[str]:
    with pytest.raises(Invalid) as refused, rt.db.begin() as tx:
        publish(tx, source, "test")
    found: list[str] = refused.value.details["findings"]
    return found


def test_a_flow_is_not_published_before_the_flows_it_calls(rt: Runtime) -> None:
    assert _refused(rt, CALLER) == ["flow-unknown"]
    with rt.db.begin() as tx:
        publish(tx, INNER, "test")
        publish(tx, CALLER, "test")
    circle = INNER.replace('end: "yes"}', "flow: caller, otherwise: start}")
    assert _refused(rt, circle) == ["flow-recursion"]


def test_nobody_is_transferred_outside_the_directory_and_no_host_is_asked_off_the_list(rt: Runtime) -> None:
    assert _refused(
        rt, CALLER.replace("flow: inner, outcomes", "transfer: {to: samu}, on_closed: bye, outcomes")
    )
    transfer = CALLER.replace(
        'flow: inner, outcomes: {"yes": bye}, otherwise', "transfer: {to: samu}, on_closed"
    )
    assert _refused(rt, transfer) == ["transfer-unknown"]
    http = CALLER.replace(
        'flow: inner, outcomes: {"yes": bye}, otherwise: bye',
        "http: {host: lab, path: /x}, on_error: bye, next: bye",
    )
    assert _refused(rt, http) == ["unsafe-http-target"]


def _begin(rt: Runtime) -> None:
    with rt.db.begin() as tx:
        publish(tx, INNER, "test")
        version = publish(tx, CALLER, "test")
        begin_session(
            tx,
            version=version,
            channel="voice",
            subject_id="leg",
            facts={},
            language="en",
            answered_by="human",
        )


def _press(rt: Runtime, key: str) -> Turn:
    with rt.db.begin() as tx:
        session = session_of(tx, "leg")
        assert session is not None
        return resume_session(tx, session, Keys(key))


def test_a_session_goes_on_in_the_version_of_the_sub_flow_it_began_with(rt: Runtime) -> None:
    _begin(rt)
    advance(rt, 60)
    with rt.db.begin() as tx:
        publish(tx, INNER.replace("disposition: first", "disposition: second"), "test")
        session = session_of(tx, "leg")
        assert session is not None and isinstance(session_waits_for(tx, session), AskKeys)
    assert _press(rt, "1").outcome == "first"


def test_the_path_of_the_sub_flow_is_kept_with_the_session(rt: Runtime) -> None:
    _begin(rt)
    turn = _press(rt, "1")
    assert [(hop.step, hop.to) for hop in turn.path][:2] == [
        ("inner/start", "inner/yes"),
        ("inner/yes", "start"),
    ]
    with rt.db.read() as tx:
        assert tx.scalar(sa.text("select status from flow_session")) == "ended"
