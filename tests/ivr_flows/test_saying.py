"""Every sentence about a flow can be said in French, and says the same things."""

import ast
import copy
import re
from pathlib import Path

import pytest

import ivr_flows
from ivr_flows import load
from ivr_flows.comparing import compare
from ivr_flows.library import flow_text
from ivr_flows.lint import inspect
from ivr_flows.naming import language_in_words
from ivr_flows.saying import catalogue, in_language, say

HOME = Path(ivr_flows.__file__).parent
SAYING = ("say", "sentence")
PLACE = re.compile(r"(?<!{){(\w+)")


def templates() -> set[str]:
    """What every ``say(...)`` of the package begins with."""
    found = set()
    for path in HOME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path.name}:{node.lineno}: write the sentence here"
                found.add(first.value)
    return found


def test_every_sentence_is_in_french_and_none_is_left_over():
    assert set(catalogue("fr")) == templates()


def test_the_places_of_a_sentence_survive_translation():
    for english, french in catalogue("fr").items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(french)), english


@pytest.mark.parametrize("module", sorted((HOME / "lint").glob("*.py")), ids=lambda path: path.stem)
def test_no_finding_is_worded_without_the_catalogue(module):
    """The message and the fix of a report are sentences, or names of such: never text of their own."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "report":
            for said in node.args[3:5]:
                assert not isinstance(said, ast.Constant | ast.JoinedStr), f"{module.name}:{said.lineno}"


def test_a_sentence_in_a_sentence_is_translated_too_and_copies_keep_it():
    said = say("Step {name}: {new}", name="a", new=say("asks again"))
    assert said == "Step a: asks again"
    assert in_language(copy.deepcopy(said), "fr") == "Étape a : repose la question"
    assert in_language(said, "en") == in_language(said, "eo") == said
    assert in_language("anything", "fr") == "anything"
    assert in_language(language_in_words("ar"), "fr") == "arabe"


MUTATIONS = (
    ("next: start", "next: nowhere"),
    ("max_attempts: 3", "max_attempts: 30"),
    ("schema: 1", "schema: 2"),
    ("steps:", "steps: ["),
    ("languages: [fr, en, es, pt, ar]", "languages: [fr, en, es, pt, ar, de]"),
    ("says: neutral", "says: health"),
    ("on_machine: voicemail", "colour: red"),
)


@pytest.mark.parametrize(("old", "new"), MUTATIONS)
def test_what_is_wrong_is_said_in_french(old, new):
    found = inspect(flow_text("contact-tracing").replace(old, new))
    assert found
    for finding in found:
        assert finding.spoken("fr").message != finding.message, finding
        assert finding.spoken("fr").id == finding.id


def test_what_changed_is_said_in_french():
    old = flow_text("contact-tracing")
    new = old.replace('"2": at_home, "3"', '"2": bye_bye, "3"').replace("  at_home:", "  bye_bye:")
    new = new.replace("timeout: 8", "timeout: 9").replace("Merci et au revoir", "Merci et à bientôt")
    before, after = load(old), load(new)
    english, french = compare(before, after), compare(before, after, "fr")
    assert len(english) == len(french) and not set(english) & set(french)
    assert "L'étape at_home s'appelle maintenant bye_bye" in french
    assert any(line.startswith("Le message goodbye change en français : ") for line in french)
