"""Questions: one of some choices, several of them, a number, anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ivr_flows.importing.draft import Step
from ivr_flows.importing.floip.container import Block
from ivr_flows.importing.floip.deciding import after_answer, led_by
from ivr_flows.importing.floip.maker import Maker, comment
from ivr_flows.importing.names import plain_name
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import NotExpressible, items, mapping, number, raw, seconds, text
from ivr_flows.text import clean, fold

MOST_CHOICES = 9
_DIGIT = re.compile(r"(?<!\w)['\"]?([0-9*#])['\"]?(?!\w)")


def select_one(maker: Maker, block: Block, entry: Entry) -> None:
    """A key for each choice, and a step that remembers it."""
    choices = _choices(block)
    if not 1 <= len(choices) <= MOST_CHOICES:
        raise NotExpressible(
            f"It has {len(choices)} choices; a question of ours has one key for each, up to nine."
        )
    step: Step = {"menu": {"prompt": _prompt(maker, block, entry, choices)}, "keys": {}}
    maker.add(block, step)
    words: dict[str, list[str]] = {}
    into = maker.answer(block)
    led = led_by(maker, block, entry, [(choice.name, choice.key) for choice in choices])
    for choice, to in zip(choices, led, strict=True):
        kept: Step = {"set": {into: choice.name}, **({"next": to} if to else {"end": "completed"})}
        name = plain_name(f"{maker.step(block)[:24]}_{choice.name[:20]}")
        target = maker.draft.beside(name, kept, f"{comment(block)}: {choice.name}")
        step["keys"][choice.key] = target
        said = [word for word in dict.fromkeys([choice.name, *choice.words(maker)]) if _is_word(word)]
        if said and "sms" in maker.draft.channels:
            words[target] = said
    if words:
        step["words"] = words
    step["on_timeout"] = step["on_invalid"] = maker.to(block.default, entry)


def select_many(maker: Maker, block: Block, entry: Entry) -> None:
    """The keys of the choices one after the other: 13 is the first and the third."""
    choices = _choices(block)
    step: Step = {"collect": {"prompt": _prompt(maker, block, entry, choices), "as": "digits"}}
    step["collect"] |= {"into": maker.answer(block), "between": [1, max(1, min(20, len(choices)))]}
    entry.note(
        "approximated",
        "Several choices are keyed one after the other and kept as keys: 13 for the first and third.",
    )
    _failing(maker, block, entry, step)


def numeric(maker: Maker, block: Block, entry: Entry) -> None:
    """A number between two others."""
    config = block.config
    step: Step = {"collect": {"prompt": maker.question(block, entry, config.get("prompt")), "as": "number"}}
    collect = step["collect"]
    collect["into"] = maker.answer(block)
    low = _whole(config, "validation_minimum", "validation-minimum", "validationMinimum")
    high = _whole(config, "validation_maximum", "validation-maximum", "validationMaximum")
    digits = number(mapping(config.get("ivr") or config.get("IVR")), "max_digits", "max-digits", "maxDigits")
    if low is not None and low < 0:
        entry.note("approximated", "A number below nothing cannot be keyed.")
    if high is None and digits and digits <= 9:
        high = 10**digits - 1
    if low is not None or high is not None:
        collect["between"] = [low or 0, 10**15 if high is None else high]
    _failing(maker, block, entry, step)


def open_response(maker: Maker, block: Block, entry: Entry) -> None:
    """By voice a recording; words of any kind are not taken by SMS."""
    if "voice" not in maker.draft.channels:
        raise NotExpressible("It takes any words as an answer; a flow of ours asks for one of some words.")
    config = mapping(block.config.get("ivr") or block.config.get("IVR"))
    recording: Step = {"prompt": maker.question(block, entry, block.config.get("prompt"))}
    recording["max_seconds"] = seconds(
        config, "max_duration_seconds", "maxDurationSeconds", default=60, most=600
    )
    entry.note(
        "approximated", "Its answer is a recording: say before it that the call is recorded, by consent."
    )
    if "sms" in maker.draft.channels:
        entry.note("approximated", "By SMS nothing is asked here.")
    step: Step = {"record": recording, "on_empty": maker.to(block.default, entry)}
    maker.add(block, step)
    after = after_answer(maker, block, entry)
    step |= {"next": after} if after else {"end": "completed"}


class _Choice:
    """One choice: its name, its key, the resource that says it."""

    def __init__(self, name: str, key: str, prompt: Any, texts: list[str]) -> None:
        self.name, self.key, self.prompt, self.texts = name, key, prompt, texts

    def words(self, maker: Maker) -> list[str]:
        """What a person may write for it."""
        values = maker.resources.get(self.prompt, ()) if isinstance(self.prompt, str) else ()
        return [*self.texts, *(value.value.strip() for value in values if value.kind == "TEXT")]


def _choices(block: Block) -> list[_Choice]:
    """The choices in either form of the specification, each with a key of its own."""
    written = block.config.get("choices")
    if isinstance(written, dict):
        return [
            _Choice(clean(name) or str(i), str(i), prompt, [])
            for i, (name, prompt) in enumerate(written.items(), 1)
        ]
    found: list[_Choice] = []
    for index, item in enumerate(items(written), 1):
        node = mapping(item)
        key = _key(node) or str(index)
        if any(key == other.key for other in found):
            key = str(index)
        tests = [raw(mapping(test), "test_expression") for test in items(node.get("text_tests"))]
        texts = [word for test in tests for word in re.findall(r"[\"']([^\"']+)[\"']", test)]
        found.append(_Choice(text(node, "name") or str(index), key, node.get("prompt"), texts))
    taken = {choice.key for choice in found}
    return (
        found
        if len(taken) == len(found)
        else [_Choice(c.name, str(i), c.prompt, c.texts) for i, c in enumerate(found, 1)]
    )


def _key(node: Mapping[str, Any]) -> str:
    test = mapping(node.get("ivr_test"))
    match = _DIGIT.search(raw(test, "test_expression"))
    return match.group(1) if match and match.group(1).isdigit() else ""


def _prompt(maker: Maker, block: Block, entry: Entry, choices: list[_Choice]) -> str:
    """The question; its choices too where they are apart from it."""
    config = block.config
    question = config.get("question_prompt") or config.get("questionPrompt")
    if not question:
        return maker.question(block, entry, config.get("prompt"))
    ivr = mapping(config.get("ivr") or config.get("IVR"))
    digits = items(config.get("digit_prompts") or ivr.get("digit_prompts"))
    parts = [question]
    for index, choice in enumerate(choices):
        parts += [choice.prompt, *digits[index : index + 1]]
    return maker.question(block, entry, *parts)


def _failing(maker: Maker, block: Block, entry: Entry, step: Step) -> None:
    """The default exit is for silence and mistakes, and for answers that no exit tests for."""
    step["on_timeout"] = step["on_invalid"] = maker.to(block.default, entry)
    maker.add(block, step)
    after = after_answer(maker, block, entry)
    step |= {"next": after} if after else {"end": "completed"}


def _whole(node: Mapping[str, Any], *names: str) -> int | None:
    written = raw(node, *names).strip().removesuffix(".0")
    return int(written) if re.fullmatch(r"-?[0-9]{1,12}", written) else None


def _is_word(word: str) -> bool:
    return bool(fold(word)) and len(word) <= 80
