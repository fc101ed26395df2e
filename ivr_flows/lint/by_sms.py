"""The same conversation by SMS: missing-channel-text, choice-not-in-sms."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.graph import START, Graph
from ivr_flows.lint.keys import key_path
from ivr_flows.lint.report import report
from ivr_flows.lint.speech import for_voice_only, read_by_sms, speaks_of
from ivr_flows.lint.usage import sent_by_sms
from ivr_flows.saying import say
from ivr_flows.steps import Action
from ivr_flows.steps.menu import Menu
from ivr_flows.steps.queue import Queue
from ivr_flows.steps.suppress import Suppress
from ivr_flows.text import fold
from ivr_flows.vocabulary import STOP_WORDS


def missing_channel_text(definition: Definition) -> Iterator[Finding]:
    """A text that speaks of pressing keys, holding or hanging up, sent as it is by SMS."""
    for prompt_id in sorted(sent_by_sms(definition) & set(definition.prompts)):
        for language, wording in definition.prompts[prompt_id].wordings.items():
            odd = for_voice_only(wording.sms)
            if odd is not None:
                own = wording.sms is not wording.text
                yield report(
                    definition,
                    "missing-channel-text",
                    ("prompts", prompt_id, language, "sms" if own else "text"),
                    say(
                        "{prompt_id!r} says {odd!r} by SMS in {language}",
                        prompt_id=prompt_id,
                        odd=odd,
                        language=language,
                    ),
                    say("word it for who reads") if own else say("write sms: beside text:"),
                    severity="warning",
                )


def choice_not_in_sms(definition: Definition) -> Iterator[Finding]:
    """A choice whose SMS names neither its key nor a word for it cannot be made by SMS.

    STOP in the text is enough for a choice that leads to a ``suppress``: it always works.
    """
    if "sms" not in definition.channels:
        return
    for name in sorted(Graph.of(definition, by_sms=True).reachable([START])):
        step = definition.steps[name]
        for action in step.actions:
            for key in _keys(name, action):
                for language in definition.languages:
                    text = read_by_sms(definition, step, action, language)
                    if not _expressed(definition, action, key, text):
                        yield report(
                            definition,
                            "choice-not-in-sms",
                            key_path(name, action, key),
                            say(
                                "no SMS of this step speaks of key {key}, or of a word for it, in {language}",
                                key=key,
                                language=language,
                            ),
                            say("name {key} or one of its words in the sms: of the prompt", key=key),
                            severity="warning",
                        )


def _keys(step: str, action: Action) -> list[str]:
    """The keys that lead elsewhere; hearing the same words again is no choice in an SMS."""
    if isinstance(action, Queue):
        return []
    return [
        key for key in action.choices() if not (isinstance(action, Menu) and action.keys.get(key) == step)
    ]


def _expressed(definition: Definition, action: Action, key: str, text: str) -> bool:
    if speaks_of(text, key):
        return True
    to = action.keys.get(key) if isinstance(action, Menu) else None
    words = set(action.words.get(to, ())) if isinstance(action, Menu) and to else set()
    target = definition.steps.get(to) if to else None
    if target and any(isinstance(part, Suppress) for part in target.actions):
        words |= STOP_WORDS
    said = f" {fold(text)} "
    return any(f" {word} " in said for word in words if word)
