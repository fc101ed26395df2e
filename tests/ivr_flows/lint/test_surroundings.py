"""A flow as it would be published here: what is around it, known or not."""

import json

import pytest
from click.testing import CliRunner

from ivr_flows.cli import flow
from ivr_flows.lint import Surroundings, inspect

HEAD = """\
schema: 1
id: tried
title: {fr: Essai}
direction: inbound
languages: [fr]
channels: [voice, sms]
prompts:
  ask: {says: neutral, fr: {text: "Tapez 1.", sms: "Répondez 1."}}
steps:
  start: {menu: {prompt: ask}, keys: {"1": next}, on_exhausted: bye}
"""
TAIL = "  bye: {end: done}\n"
TRANSFER = HEAD + "  next: {transfer: {to: samu-67}, on_closed: bye}\n" + TAIL
REQUEST = HEAD + "  next: {http: {host: lab, path: /r}, on_error: bye, next: bye}\n" + TAIL
CALLS = HEAD + "  next: {flow: other, otherwise: bye}\n" + TAIL


def ids(text, **around):
    return [(finding.id, finding.severity) for finding in inspect(text, Surroundings(**around))]


UNCHECKED = ("need-unchecked", "warning")


@pytest.mark.parametrize(
    ("text", "known", "unknown", "id"),
    [
        (TRANSFER, {"directory": ["samu-67"]}, {"directory": ["samu-68"]}, "transfer-unknown"),
        (REQUEST, {"hosts": ["lab"]}, {"hosts": []}, "unsafe-http-target"),
    ],
)
def test_a_need_is_met_or_an_error_and_a_warning_when_nobody_said(text, known, unknown, id):
    assert ids(text) == [UNCHECKED]
    assert ids(text, **known) == []
    assert ids(text, **unknown) == [(id, "error")]


def test_an_unknown_sub_flow_is_an_error_once_every_flow_is_known():
    assert ids(CALLS) == [UNCHECKED]
    assert ids(CALLS, every_flow=True) == [("flow-unknown", "error")]


def test_a_menu_by_sms_needs_a_sender_that_can_be_answered():
    (finding,) = inspect(PLAIN_ENDS, Surroundings(senders=["alphanumeric"]))
    assert (finding.id, finding.place) == ("menu-on-one-way-sender", "steps.start")
    assert ids(PLAIN_ENDS, senders=["short-code", "mobile"]) == []
    voice = PLAIN_ENDS.replace("channels: [voice, sms]", "channels: [voice]")
    assert ids(voice, senders=["alphanumeric"]) == []


PLAIN_ENDS = HEAD + "  next: {end: done}\n" + TAIL


def test_a_text_that_is_no_flow_is_found_out_in_the_same_way():
    assert [finding.id for finding in inspect("a: [")] == ["yaml"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tried.yaml").write_text(CALLS, "utf-8")
    return tmp_path


def invoke(*arguments):
    return CliRunner().invoke(flow, ["lint", *map(str, arguments)])


def test_the_command_finds_sub_flows_beside_the_file(folder):
    assert "warning need-unchecked at steps.next.flow" in invoke(folder / "tried.yaml").output
    other = PLAIN_ENDS.replace("id: tried", "id: other")
    (folder / "other.yaml").write_text(other, "utf-8")
    assert invoke(folder / "tried.yaml").output.endswith("tried.yaml: 0 errors, 0 warnings\n")
    (folder / "other.yaml").write_text(
        CALLS.replace("id: tried", "id: other").replace("flow: other", "flow: tried")
    )
    done = invoke(folder / "tried.yaml", "--format", "json")
    assert [f["id"] for f in json.loads(done.output)[str(folder / "tried.yaml")]] == ["flow-recursion"]
    assert done.exit_code == 1


def test_the_command_takes_what_the_service_has(tmp_path):
    path = tmp_path / "tried.yaml"
    path.write_text(TRANSFER, "utf-8")
    assert invoke(path, "--directory", "samu-67, samu-68").exit_code == 0
    assert "error transfer-unknown" in invoke(path, "--directory", "other").output
    assert "menu-on-one-way-sender" in invoke(path, "--senders", "alphanumeric").output
    assert invoke(path, "--senders", "pigeon").exit_code == 2
