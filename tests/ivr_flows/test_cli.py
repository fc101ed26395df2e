"""``flow lint``, ``flow test`` and ``flow walk``."""

import json

import pytest
from click.testing import CliRunner

from ivr_flows import library
from ivr_flows.cli import flow


@pytest.fixture
def folder(tmp_path):
    for name in library.names():
        (tmp_path / f"{name}.yaml").write_text(library.flow_text(name), "utf-8")
        (tmp_path / f"{name}.test.yaml").write_text(library.conversations_text(name), "utf-8")
    return tmp_path


def invoke(*arguments, answers=""):
    return CliRunner().invoke(flow, [str(argument) for argument in arguments], input=answers)


def test_a_clean_flow_passes(folder):
    done = invoke("lint", folder / "front-desk.yaml")
    assert (done.exit_code, done.output.endswith("front-desk.yaml: 0 errors, 0 warnings\n")) == (0, True)


def test_an_error_fails_with_its_line(folder):
    broken = folder / "front-desk.yaml"
    broken.write_text(broken.read_text("utf-8").replace("otherwise: theme", "otherwise: them"), "utf-8")
    done = invoke("lint", broken, folder / "pre-contact.yaml")
    assert done.exit_code == 1
    assert "error dangling-target at steps.opening.otherwise: there is no step 'them'" in done.output
    found = json.loads(invoke("lint", broken, "--format", "json").output)[str(broken)]
    assert {"dangling-target", "unreachable-step"} <= {finding["id"] for finding in found}


def test_a_file_that_is_no_flow_fails_with_its_line(folder):
    (folder / "bad.yaml").write_text("a: [", "utf-8")
    done = invoke("lint", folder / "bad.yaml")
    assert (done.exit_code, "error yaml" in done.output) == (1, True)
    assert invoke("test", folder / "bad.yaml").exit_code == 1
    assert invoke("walk", folder / "bad.yaml").exit_code == 1


@pytest.mark.parametrize("ending", [".yaml", ".test.yaml"])
def test_conversations_are_run_by_either_name_with_coverage(folder, ending):
    done = invoke("test", folder / f"pre-contact{ending}")
    assert done.exit_code == 0
    assert " conversations, 100 % of steps, 100 % of exits" in done.output


def test_a_conversation_that_differs_fails(folder):
    tests = folder / "pre-contact.test.yaml"
    tests.write_text(tests.read_text("utf-8").replace("outcome: voicemail", "outcome: reached"), "utf-8")
    done = invoke("test", folder / "pre-contact.yaml")
    assert (done.exit_code, "FAIL An answering machine" in done.output) == (1, True)
    data = json.loads(invoke("test", tests, "--format", "json").output)[str(tests)]
    assert data["passed"] is False
    assert data["coverage"]["exits_percent"] == 100


def test_a_flow_without_conversations_says_so(folder):
    (folder / "pre-contact.test.yaml").unlink()
    done = invoke("test", folder / "pre-contact.yaml")
    assert (done.exit_code, "there is no pre-contact.test.yaml beside it" in done.output) == (1, True)


def test_a_walk_speaks_and_takes_keys(folder):
    done = invoke("walk", folder / "contact-tracing.yaml", answers="1\n1980\n3\nclosed\n\n1\n")
    assert done.exit_code == 0
    assert "[fr] Bonjour, ici le service d'appel" in done.output
    assert '{"callback": {"time": ' in done.output
    assert done.output.endswith("= callback-booked\n")


def test_a_walk_by_sms_takes_words(folder):
    done = invoke(
        "walk", folder / "contact-tracing.yaml", "--channel", "sms", "--language", "en", answers="no\n"
    )
    assert done.output.endswith("= wrong-person\n")


@pytest.mark.parametrize(("typed", "outcome"), [("hangup", "hung-up"), ("machine", "voicemail")])
def test_a_walk_may_end_otherwise(folder, typed, outcome):
    assert invoke("walk", folder / "pre-contact.yaml", answers=f"{typed}\n").output.endswith(f"= {outcome}\n")


STEPS = """\
schema: 1
id: {id}
title: {{en: Try}}
direction: inbound
languages: [en]
channels: [voice]
prompts: {{ask: {{says: neutral, en: {{text: "Press 1."}}}}}}
steps:
"""
OUTER = """\
  start: {flow: inner, outcomes: {fine: fetch}, otherwise: bad}
  fetch: {http: {host: lab, path: /r, into: {answers.status: a.b}}, on_error: bad, next: record}
  record: {record: {consent: ask, prompt: ask}, on_empty: bad, next: transfer}
  transfer: {transfer: {to: duty}, on_busy: busy, on_closed: bad}
  busy: {end: busy}
  bad: {end: bad}
"""
INNER = '  start: {menu: {prompt: ask}, keys: {"1": fine}}\n  fine: {end: fine}\n'
TALK = """\
conversations:
  - exchanges:
      - {heard: "Press 1", press: "1"}
      - {fetch: {values: {answers.status: ok}}}
      - {record: 4}
      - {transfer: busy}
    effects: [{set: {answers.status: ok}}, {recorded: 4}]
    outcome: busy
"""


@pytest.fixture
def nested(tmp_path):
    (tmp_path / "outer.yaml").write_text(STEPS.format(id="outer") + OUTER, "utf-8")
    (tmp_path / "inner.yaml").write_text(STEPS.format(id="inner") + INNER, "utf-8")
    (tmp_path / "outer.test.yaml").write_text(TALK, "utf-8")
    return tmp_path / "outer.yaml"


def test_sub_flows_are_found_beside_the_flow_and_every_wait_can_be_written_down(nested):
    done = invoke("test", nested)
    assert done.exit_code == 0, done.output
    assert "ok   conversation 1 -> busy" in done.output


def test_a_walk_asks_for_what_another_system_a_recording_and_a_transfer_would_say(nested):
    done = invoke("walk", nested, answers='1\n{"a": {"b": "ok"}}\n4\nbusy\n')
    assert done.output.endswith("= busy\n"), done.output
    assert "lab/r: the JSON it answers" in done.output
    assert invoke("walk", nested, answers="1\nnot json\n").output.endswith("= bad\n")
