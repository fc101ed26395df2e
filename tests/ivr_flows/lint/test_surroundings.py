"""A flow as it would be published here: what is around it, known or not."""

import json

import pytest
from click.testing import CliRunner

from ivr_flows import load
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


OUTBOUND = """\
schema: 1
id: caller
title: {fr: Essai}
languages: [fr]
channels: [voice]
prompts:
  why: {says: purpose, fr: {text: "Votre rendez-vous."}}
steps:
  start: {on_machine: bye, flow: who, outcomes: {confirmed: why}, otherwise: bye}
  why: {say: why, end: done}
  bye: {end: done}
"""
IDENTITY = """\
schema: 1
id: who
title: {fr: Qui}
languages: [fr]
channels: [voice]
prompts:
  year: {says: neutral, fr: {text: "Votre année ? Stop : tapez 9."}}
steps:
  start: {collect: {prompt: year, as: year, match: contact.birth_year}, on_exhausted: no, next: yes}
  yes: {end: confirmed}
  no: {suppress: {scope: purpose}, end: refused}
"""


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        (IDENTITY, []),
        (IDENTITY.replace("end: refused", "end: confirmed"), ["purpose-before-identity"]),
        (IDENTITY.replace("match: contact.birth_year", "into: year"), ["purpose-before-identity"]),
        (IDENTITY.replace("end: confirmed", "end: {default: confirmed}"), ["purpose-before-identity"]),
        (
            IDENTITY.replace("start: {", "start: {set: {disposition: confirmed}, "),
            ["purpose-before-identity"],
        ),
    ],
)
def test_identity_is_confirmed_in_a_sub_flow_whose_outcome_nobody_reaches_without(identity, found):
    around = Surroundings(flows={"who": load(identity)})
    assert [finding.id for finding in inspect(OUTBOUND, around)] == found


def test_a_sub_flow_that_is_not_known_is_trusted_with_nothing():
    assert "purpose-before-identity" in [finding.id for finding in inspect(OUTBOUND)]


def test_a_question_after_a_sub_flow_owes_no_opt_out_when_the_sub_flow_offers_it():
    asking = OUTBOUND.replace("why: {say: why, end: done}", 'why: {menu: {prompt: why}, keys: {"1": again}}')
    asking += "  again: {flow: who, otherwise: bye}\n"
    for identity, owed in ((IDENTITY, False), (IDENTITY.replace("suppress: {scope: purpose}, ", ""), True)):
        found = [f.id for f in inspect(asking, Surroundings(flows={"who": load(identity)}))]
        assert ("missing-opt-out" in found) is owed
