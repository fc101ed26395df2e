"""``http``: a wait that names a host, and the values that come back."""

import pytest

from ivr_flows import Fetch, Fetched, FlowInvalid, Keys, SetValue, check_outside, pick

STEPS = """\
  start:
    http:
      method: post
      host: lab
      path: /v1/results
      json: {year: {expr: contact.birth_year}, kind: pcr}
      timeout: 3
      into: {answers.status: data.0.status, answers.count: count}
    on_error: failed
    next: told
  failed: {end: failed}
  told: {branch: [{when: "answers.status == 'ready'", next: ready}], otherwise: failed}
  ready: {end: ready}
"""


def test_the_wait_says_all_that_the_request_needs(call):
    assert call(STEPS).turn.wait == Fetch(
        "post",
        "lab",
        "/v1/results",
        {},
        {"kind": "pcr", "year": 1980},
        3,
        (("answers.count", "count"), ("answers.status", "data.0.status")),
    )


def test_the_values_that_come_back_are_remembered(call):
    talk = call(STEPS).give(Fetched(200, {"answers.status": "ready", "other": 1}))
    assert talk.outcome == "ready"
    assert talk.effects == [SetValue("answers.count", None), SetValue("answers.status", "ready")]


@pytest.mark.parametrize("status", [0, 302, 404, 500])
def test_anything_but_success_leaves_by_on_error(call, status):
    talk = call(STEPS).give(Fetched(status, {"answers.status": "ready"}))
    assert (talk.outcome, talk.effects) == ("failed", [])


def test_a_document_is_not_a_value(call):
    talk = call(STEPS).give(Fetched(200, {"answers.status": {"a": [1]}}))
    assert talk.effects[-1] == SetValue("answers.status", None)


def test_keys_meanwhile_change_nothing_and_sms_waits_too(call):
    talk = call(STEPS)
    assert talk.press("1").turn.state == talk.turns[0].state
    talk = call(STEPS, channel="sms")
    assert isinstance(talk.turn.wait, Fetch)
    assert isinstance(talk.give(Keys("1")).turn.wait, Fetch)


def test_values_are_picked_by_place():
    fetch = Fetch("get", "h", "/", {}, {}, 5, (("a", "x.1.y"), ("b", "x"), ("c", "z.0")))
    document = {"x": [0, {"y": 2.5}], "z": "text"}
    assert pick(fetch, document) == {"a": 2.5, "b": None, "c": None}
    assert pick(fetch, None) == {"a": None, "b": None, "c": None}


@pytest.mark.parametrize(
    "change",
    [
        ("host: lab", 'host: "lab.example"'),
        ("path: /v1/results", "path: v1"),
        ("path: /v1/results", "path: //evil.example/x"),
        ("path: /v1/results", "path: /v1/../admin"),
        ("path: /v1/results", 'path: "/v1?x={contact.birth_year}"'),
        ("method: post", "method: get"),
        ("    on_error: failed\n", ""),
    ],
)
def test_a_flow_names_no_address_and_always_an_exit_for_errors(call, change):
    with pytest.raises(FlowInvalid):
        call(STEPS.replace(*change))


def test_only_hosts_on_the_list_may_be_published(call):
    definition = call(STEPS).definition
    assert check_outside(definition, flows={}, directory=None, hosts={"lab"}) == []
    [found] = check_outside(definition, flows={}, directory=None, hosts={"other"})
    assert found.id == "unsafe-http-target"
