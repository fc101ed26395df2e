"""What lint measures is what the engine says: no turn by SMS is longer than the longest that was foreseen."""

import random
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from ivr_flows import VOCABULARY, Fetched, NoKeys, Turn, Words, begin, lint, load, measure, resume
from ivr_flows.lint.written import Written
from tests.ivr_flows.lint.test_checks import CLEAN

NOW = datetime(2020, 11, 16, 10, tzinfo=UTC)
LIBRARY = [
    name.removesuffix(".yaml")
    for name in sorted(path.name for path in files("ivr_flows.library").iterdir())
    if name.endswith(".yaml") and ".test." not in name
]
ANSWERS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "oui", "non", "1980", "quoi ?")


def _facts() -> dict[str, Any]:
    """The same long but ordinary values as lint's, except where a flow compares them."""
    facts: dict[str, Any] = {"campaign": {"purpose": "essai"}, "call": {"has_number": True}}
    for name, known in VOCABULARY.items():
        kind, _, key = name.partition(".")
        if key and kind not in ("session", "call", "campaign", "callback"):
            facts.setdefault(kind, {})[key] = known.sample
    facts["contact"]["birth_year"] = 1980
    return facts


def _joined(turn: Turn) -> str:
    return " ".join(spoken.text for spoken in turn.spoken if spoken.text)


@pytest.mark.parametrize("name", LIBRARY)
def test_no_turn_of_the_library_is_longer_than_lint_foresaw(name: str) -> None:
    definition = load(files("ivr_flows.library").joinpath(f"{name}.yaml").read_text("utf-8"))
    if "sms" not in definition.channels or definition.subflows:
        pytest.skip("not held by SMS, or partly in another flow")
    chance = random.Random(name)
    foreseen = {
        language: max(
            (measure(text).segments for text in Written(definition, language).turns().values()), default=0
        )
        for language in definition.languages
    }
    seen = 0
    for _ in range(120):
        language = chance.choice(definition.languages)
        turn = begin(definition, _facts(), channel="sms", language=language, answered_by=None, now=NOW)
        while True:
            seen = max(seen, measure(_joined(turn)).segments)
            assert measure(_joined(turn)).segments <= max(foreseen.values()), _joined(turn)
            if turn.outcome is not None:
                break
            given = chance.choice([Words(chance.choice(ANSWERS)), Words("1"), NoKeys(), Fetched(0)])
            turn = resume(definition, turn.state, given, now=NOW)
    assert seen


def test_prompts_that_are_short_apart_and_long_together_are_found_where_the_turn_begins() -> None:
    words = "Bonjour " * 30  # two segments
    long = CLEAN.replace('sms: "Oui ? Sinon STOP."', f'sms: "{words} Oui ? Sinon STOP."').replace(
        "start:\n    on_machine: voicemail", "start: {say: greeting, next: first}\n  first:"
    )
    long = long.replace("prompts:\n", f'prompts:\n  greeting: {{says: neutral, fr: {{text: "{words}"}}}}\n')
    [found] = [one for one in lint(load(long)) if one.id == "sms-too-long"]
    assert found.severity == "warning" and "'start' on is one SMS of 4 segments" in found.message
