"""Conversations as data: `conversations/*.yaml`. Each is one call from the first ring to the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from twilio.rest import Client

from callsvc.simulator.testing import RunningSimulator
from tests.simulator.service import OURS, Reply, Request, Service, eventually

HERE = Path(__file__).parent / "conversations"


def _conversations() -> list[Any]:
    yaml = YAML(typ="safe")
    entries = [entry for path in sorted(HERE.glob("*.yaml")) for entry in yaml.load(path)]
    return [pytest.param(entry, id=entry["claim"]) for entry in entries]


def _document(value: Any) -> Any:
    if isinstance(value, list):
        return [_document(entry) for entry in value]
    return Reply(**value) if isinstance(value, dict) else value


def _matches(request: Request, expected: str) -> bool:
    words = re.split(r" (?=\S+=|/)", expected)
    method = words.pop(0) if words[0] in ("GET", "POST") else "POST"
    facts = dict(word.split("=", 1) for word in words[1:])
    return (request.method, request.path) == (method, words[0]) and facts.items() <= dict(
        request.form
    ).items()


@pytest.mark.parametrize("told", _conversations())
def test_conversation(
    told: dict[str, Any],
    simulator: RunningSimulator,
    client: Client,
    service: Service,
    person: Callable[..., str],
) -> None:
    number = person(**told.get("person", {}))
    simulator.add_people([{"ring": 1.0, **other} for other in told.get("others", [])])
    service.documents.update({path: _document(document) for path, document in told["documents"].items()})
    options = dict(told.get("create", {}))
    if "fallback_url" in options:
        options["fallback_url"] = service.address + options["fallback_url"]
    call = client.calls.create(to=number, from_=OURS, url=f"{service.address}/voice", **options)
    end = eventually(lambda: (found := simulator.call(call.sid))["ended_at"] and found)
    expected = told["expect"]
    for fact in ("status", "ended_by", "digits"):
        if fact in expected:
            assert end[fact] == expected[fact], end["timeline"]
    if "requests" in expected:
        asked = [f"{request.path} {dict(request.form)}" for request in service.requests]
        assert len(service.requests) == len(expected["requests"]), asked
        for request, wanted in zip(service.requests, expected["requests"], strict=True):
            assert _matches(request, wanted), (wanted, request)
    assert all(request.genuine for request in service.requests)
    _compare_speech(end, expected)
    if "lasts" in expected:
        assert expected["lasts"][0] <= end["duration"] <= expected["lasts"][1], end["timeline"]


def _compare_speech(end: dict[str, Any], expected: dict[str, Any]) -> None:
    if "said" in expected:
        said = [line["text"] for line in end["timeline"] if line["kind"] == "said"]
        assert len(said) == len(expected["said"]), said
        assert all(start in text for start, text in zip(expected["said"], said, strict=True)), said
    noted = [line["code"] for line in end["timeline"] if line["kind"] == "notification"]
    assert noted == expected.get("notifications", []), end["timeline"]
