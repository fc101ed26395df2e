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
    assert "17 conversations, 100 % of steps, 100 % of exits" in done.output


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
    assert '{"callback": {"in": 60}}' in done.output
    assert done.output.endswith("= callback-booked\n")


def test_a_walk_by_sms_takes_words(folder):
    done = invoke(
        "walk", folder / "contact-tracing.yaml", "--channel", "sms", "--language", "en", answers="no\n"
    )
    assert done.output.endswith("= wrong-person\n")


@pytest.mark.parametrize(("typed", "outcome"), [("hangup", "hung-up"), ("machine", "voicemail")])
def test_a_walk_may_end_otherwise(folder, typed, outcome):
    assert invoke("walk", folder / "pre-contact.yaml", answers=f"{typed}\n").output.endswith(f"= {outcome}\n")
