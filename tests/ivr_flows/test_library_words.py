"""What every ready flow owes to whoever listens: who calls, how to check it, short sentences, few SMS."""

import re

import pytest

from ivr_flows import library, load
from ivr_flows.lint.usage import sample, sent_by_sms
from ivr_flows.segments import measure
from ivr_flows.steps.queue import Queue

FLOWS = {name: load(library.flow_text(name)) for name in library.names()}
OUTBOUND = [name for name, flow in FLOWS.items() if flow.direction == "outbound"]
LONGEST_SENTENCE = 26  # words: what is heard once must be short
SENTENCE = re.compile(r"(?<=[.?!؟])\s")


def _spoken(name):
    flow = FLOWS[name]
    for prompt_id, prompt in flow.prompts.items():
        for language, wording in prompt.wordings.items():
            yield prompt_id, language, wording.text.render(lambda fact: sample(flow, fact), language)


def _first(name, language):
    flow = FLOWS[name]
    asked = flow.steps["start"].actions[flow.steps["start"].question].prompts()[0].prompt
    return "".join(
        part if odd % 2 == 0 else f"{{{part}}}"
        for odd, part in enumerate(flow.prompts[asked].wordings[language].text.parts)
    )


@pytest.mark.parametrize("name", OUTBOUND)
def test_the_first_words_say_who_calls_how_to_check_it_and_how_to_stop_it(name):
    for language in FLOWS[name].languages:
        words = _first(name, language)
        who = "الفرنسي" if language == "ar" else "Assurance Maladie"
        assert who in words, language
        assert words.index(who) < words.index("{platform.phone}") < words.index(" 1"), language
        assert re.search(r"\b9\b", words), language


@pytest.mark.parametrize("name", [name for name in OUTBOUND if "voicemail" in FLOWS[name].prompts])
def test_a_voicemail_says_whom_to_call(name):
    for language, wording in FLOWS[name].prompts["voicemail"].wordings.items():
        assert "platform.phone" in wording.text.names, language


@pytest.mark.parametrize("name", library.names())
def test_a_person_can_be_asked_for(name):
    actions = [action for step in FLOWS[name].steps.values() for action in step.actions]
    assert any(isinstance(action, Queue) for action in actions)


@pytest.mark.parametrize("name", library.names())
def test_sentences_are_short_and_say_the_choice_before_the_key(name):
    for prompt_id, language, text in _spoken(name):
        for sentence in SENTENCE.split(text):
            assert len(sentence.split()) <= LONGEST_SENTENCE, (prompt_id, language, sentence)
            assert not re.match(r"(tapez|press|pulse|prima|اضغطوا على) [0-9]", sentence, re.IGNORECASE), (
                sentence
            )


@pytest.mark.parametrize("name", library.names())
def test_an_sms_in_french_or_english_costs_at_most_two(name):
    flow = FLOWS[name]
    for prompt_id in sent_by_sms(flow):
        for language in ("fr", "en"):
            wording = flow.prompts[prompt_id].wordings[language]
            size = measure(wording.sms.render(lambda fact: sample(flow, fact), language))
            assert size.segments <= 2, (prompt_id, language, size)
