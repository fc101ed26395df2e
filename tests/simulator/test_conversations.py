"""Conversations as data: `conversations/*.yaml`. Each is one call or more, from the first ring to the end.

person       who is called (people.person); `more` are further calls with their own person, at some time
documents    what the service answers by path; a list answers successive requests, the last repeating
create       parameters of the REST interface; a value that begins with / is an address of the service
inbound      instead of create: the person calls; `number` sets the platform's number
send, texts  instead of a call: messages of the platform, or of the person
steps        what happens at some time: press, hangup, text, rest (with what it answers and what it keeps)
expect       requests in their order (callbacks, to /on-..., in a list of their own), and how it ends

$c0 is the first call, $p0 its person, $n the platform's number, $base the service, $id a word of its own.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.simulator.service import Request
from tests.simulator.stage import Outcome, play_all

HERE = Path(__file__).parent / "conversations"


@cache
def conversations() -> list[dict[str, Any]]:
    yaml = YAML(typ="safe")
    return [entry for path in sorted(HERE.glob("*.yaml")) for entry in yaml.load(path)]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """Those that were selected, played at once."""
    items = request.session.items
    chosen = [_parameters(item)["told"] for item in items if "told" in _parameters(item)]
    return play_all(chosen)


def _parameters(item: pytest.Item) -> dict[str, Any]:
    found = getattr(item, "callspec", None)
    return found.params if found is not None else {}


@pytest.mark.parametrize("told", [pytest.param(entry, id=entry["claim"]) for entry in conversations()])
def test_conversation(told: dict[str, Any], outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[told["claim"]]
    expected = outcome.expected
    assert not outcome.wrong
    assert all(request.genuine for request in (*outcome.requests, *outcome.callbacks))
    for kind, found in (("requests", outcome.requests), ("callbacks", outcome.callbacks)):
        if kind in expected:
            _compare_requests(expected[kind], found)
    _compare_headers(expected, outcome.requests)
    wanted = {0: expected, **expected.get("others", {})}
    for number, call in enumerate(outcome.calls):
        _compare_call(wanted.get(number, {}), call, checks_notifications=number == 0)


def test_the_claims_are_all_different() -> None:
    claims = [entry["claim"] for entry in conversations()]
    assert sorted(set(claims)) == sorted(claims)


def _compare_requests(wanted: list[str], found: list[Request]) -> None:
    shown = [f"{request.method} {request.path} {dict(request.form)}" for request in found]
    assert len(found) == len(wanted), shown
    for request, expected in zip(found, wanted, strict=True):
        assert _matches(request, expected), (expected, request, shown)


def _matches(request: Request, expected: str) -> bool:
    """`[GET] /path Key=value Key=* Key=-`: this value, any value, not there."""
    words = re.split(r" (?=\S+=|/)", expected)
    method = words.pop(0) if words[0] in ("GET", "POST") else "POST"
    if (request.method, request.path) != (method, words[0]):
        return False
    for name, value in (word.split("=", 1) for word in words[1:]):
        given = request.form.get(name)
        if given != value and not ((value == "*" and given is not None) or (value == "-" and given is None)):
            return False
    return True


def _compare_headers(wanted: dict[str, Any], found: list[Request]) -> None:
    for number, cookie in wanted.get("cookies", {}).items():
        assert found[number].headers.get("Cookie") == cookie
    if "same_header" in wanted:
        assert len({request.headers[wanted["same_header"]] for request in found}) == 1
    for name, value in wanted.get("headers", {}).items():
        assert {request.headers.get(name) for request in found} == {value}


def _compare_call(wanted: dict[str, Any], call: dict[str, Any], *, checks_notifications: bool) -> None:
    timeline = call["timeline"]
    assert call["ended_at"], timeline
    for fact in ("status", "ended_by", "digits", "answered_by", "queue_ms", "duration"):
        if fact in wanted:
            assert call[fact] == wanted[fact], timeline
    if "said" in wanted:
        said = [line["text"] for line in timeline if line["kind"] == "said"]
        assert len(said) == len(wanted["said"]), said
        assert all(start in text for start, text in zip(wanted["said"], said, strict=True)), said
    if checks_notifications or "notifications" in wanted:
        noted = [line["code"] for line in timeline if line["kind"] == "notification"]
        assert noted == wanted.get("notifications", []), timeline
    if "lasts" in wanted:
        assert wanted["lasts"][0] <= call["duration"] <= wanted["lasts"][1], timeline
