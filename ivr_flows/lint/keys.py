"""Keys and words of choices, spoken and bound: unspoken-key, unbound-key, overlapping-words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.speech import heard, keys_pressed, speaks_of
from ivr_flows.reading import Path
from ivr_flows.saying import say
from ivr_flows.steps import REPEAT, Action
from ivr_flows.steps.callback import OfferTimes
from ivr_flows.steps.menu import Menu
from ivr_flows.steps.queue import Queue
from ivr_flows.steps.slots import ChooseSlot
from ivr_flows.vocabulary import STOP_WORDS


def unspoken_key(definition: Definition) -> Iterator[Finding]:
    """A key that no prompt speaks of, in some language, is a key nobody presses."""
    if "voice" not in definition.channels:
        return
    for name, step in definition.steps.items():
        for action in step.actions:
            for key in action.choices():
                for language in definition.languages:
                    if not speaks_of(heard(definition, step, action, language), key):
                        yield report(
                            definition,
                            "unspoken-key",
                            key_path(name, action, key),
                            say(
                                "no prompt of this step speaks of key {key} in {language}",
                                key=key,
                                language=language,
                            ),
                            say("say what key {key} is for", key=key),
                        )


def unbound_key(definition: Definition) -> Iterator[Finding]:
    """A key that a prompt tells people to press, and nobody listens for."""
    if "voice" not in definition.channels:
        return
    reported: set[tuple[str, str, str]] = set()
    for name, step in definition.steps.items():
        listening = _listening(definition, name, set())
        for use in step.prompts() if listening is not None else ():
            for language in definition.languages:
                prompt = definition.prompts.get(use.prompt)
                wording = prompt.wordings.get(language) if prompt and use.how != "sms" else None
                for key in sorted(keys_pressed(wording.text) - (listening or set()) if wording else ()):
                    if (use.prompt, language, key) not in reported:
                        reported.add((use.prompt, language, key))
                        yield _unbound(definition, name, use.prompt, language, key)


def _unbound(definition: Definition, step: str, prompt: str, language: str, key: str) -> Finding:
    return report(
        definition,
        "unbound-key",
        ("prompts", prompt, language, "text"),
        say(
            "{prompt!r} speaks of key {key}, which does nothing in {step!r}",
            prompt=prompt,
            key=key,
            step=step,
        ),
        say("bind key {key} there, or do not speak of it", key=key),
    )


def _listening(definition: Definition, name: str, seen: set[str]) -> set[str] | None:
    """The keys that work once this step has spoken; None when any digits may be wanted."""
    step = definition.steps[name]
    seen.add(name)
    if step.question is not None:
        return _keys_of(step.actions[step.question])
    found: set[str] = set()
    for exit in step.exits():
        if (
            exit.to in seen
            or exit.to not in definition.steps
            or exit.to == REPEAT
            or exit.name == "on_machine"
        ):
            continue
        keys = _listening(definition, exit.to, seen)
        if keys is None:
            return None
        found |= keys
    return found


def _keys_of(action: Action) -> set[str] | None:
    match action:
        case Menu() | OfferTimes():
            return set(action.choices())
        case ChooseSlot():
            return {*action.choices(), *(str(number) for number in range(1, action.question.most + 1))}
        case Queue():
            return {action.callback_key} if action.offer_callback_after_s is not None else set()
    return None


def key_path(step: str, action: Action, key: str) -> Path:
    """Where the file binds a key."""
    kind = {"OfferTimes": ("callback", "offers"), "Queue": ("queue",)}.get(type(action).__name__, ("keys",))
    return ("steps", step, *kind, key)


def overlapping_words(definition: Definition) -> Iterator[Finding]:
    """A word that means two choices is no answer, and STOP by SMS never reaches a menu."""
    for name, step in definition.steps.items():
        for menu in (action for action in step.actions if isinstance(action, Menu)):
            for (to, words), (other, others) in combinations(menu.words.items(), 2):
                for word in sorted(_shared(words, others)):
                    message = say(
                        "{word!r} means {to!r} and {other!r} at once", word=word, to=to, other=other
                    )
                    yield _overlap(definition, name, other, message)
            for to, words in menu.words.items():
                for word in sorted(STOP_WORDS & set(words)) if "sms" in definition.channels else ():
                    message = say(
                        "{word!r} ends any session by SMS and never leads to {to!r}", word=word, to=to
                    )
                    yield _overlap(definition, name, to, message)


def _shared(words: tuple[str, ...], others: tuple[str, ...]) -> set[str]:
    """The longer of each pair of which one contains the other, word by word."""
    pairs = ((one, other) for one in words for other in others if one and other)
    return {max(pair, key=len) for pair in pairs if _within(*pair) or _within(*reversed(pair))}


def _within(one: str, other: str) -> bool:
    return f" {one} " in f" {other} "


def _overlap(definition: Definition, name: str, to: str, message: str) -> Finding:
    path = ("steps", name, "words", to)
    return report(
        definition, "overlapping-words", path, message, say("use words that are not part of one another")
    )
