"""What the prompts say: missing-translation, undefined-prompt, unused-prompt, unspoken-key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import uses
from ivr_flows.steps import Action, PromptUse, Step

_SIGNS = {"*": r"\*|étoile|star", "#": r"#|dièse|hash|pound"}


def missing_translation(definition: Definition) -> Iterator[Finding]:
    """Every prompt in every language that the flow claims, and no language it does not claim."""
    claimed = set(definition.languages)
    for prompt_id, prompt in definition.prompts.items():
        for language in definition.languages:
            if language not in prompt.wordings:
                yield report(
                    definition,
                    "missing-translation",
                    ("prompts", prompt_id),
                    f"{prompt_id!r} is missing in {language}",
                    f"add {language}: with a text, or do not claim the language",
                )
        for language in sorted(set(prompt.wordings) - claimed):
            yield report(
                definition,
                "missing-translation",
                ("prompts", prompt_id, language),
                f"{language} is not among the languages of the flow",
                f"add {language} to languages, or remove this text",
                severity="warning",
            )
    yield from _unknown_switches(definition, claimed)


def _unknown_switches(definition: Definition, claimed: set[str]) -> Iterator[Finding]:
    """``set: {language: xx}`` to a language the flow does not speak would change nothing."""
    for name, step in definition.steps.items():
        for action in step.actions:
            for key, value in getattr(action, "values", ()):
                if key == "language" and isinstance(value, str) and value not in claimed:
                    yield report(
                        definition,
                        "missing-translation",
                        ("steps", name, "set", "language"),
                        f"the flow does not speak {value}",
                        f"add {value} to languages with all its texts, or set another",
                    )


def undefined_prompt(definition: Definition) -> Iterator[Finding]:
    """A step that speaks a prompt nobody wrote stays silent."""
    for use, path in uses(definition):
        if use.prompt not in definition.prompts:
            yield report(
                definition,
                "undefined-prompt",
                path,
                f"there is no prompt {use.prompt!r}",
                "write it under prompts:, or name another",
            )


def unused_prompt(definition: Definition) -> Iterator[Finding]:
    """A prompt that no step speaks is translated and reviewed for nothing."""
    used = {use.prompt for use, _ in uses(definition)}
    for prompt_id in definition.prompts:
        if prompt_id not in used:
            yield report(
                definition,
                "unused-prompt",
                ("prompts", prompt_id),
                f"no step speaks {prompt_id!r}",
                "use it, or remove it",
                severity="warning",
            )


def unspoken_key(definition: Definition) -> Iterator[Finding]:
    """A key that no prompt speaks of, in some language, is a key nobody presses."""
    if "voice" not in definition.channels:
        return
    for name, step in definition.steps.items():
        for action in step.actions:
            for key in action.choices():
                for language in definition.languages:
                    if not _spoken(definition, step, action, key, language):
                        yield report(
                            definition,
                            "unspoken-key",
                            _key_path(name, action, key),
                            f"no prompt of this step speaks of key {key} in {language}",
                            f"say what key {key} is for",
                        )


def _spoken(definition: Definition, step: Step, action: Action, key: str, language: str) -> bool:
    """Whether the words around a question name the key; text in a recording counts as written."""
    heard = [*(use for use in step.prompts() if use.how == "say"), *action.prompts()]
    pattern = "".join(_SIGNS.get(c, c) for c in key) if key in _SIGNS else rf"(?<!\d){re.escape(key)}(?!\d)"
    return any(re.search(pattern, _text(definition, use, language)) for use in heard)


def _text(definition: Definition, use: PromptUse, language: str) -> str:
    prompt = definition.prompts.get(use.prompt)
    wording = prompt.wordings.get(language) if prompt else None
    return "".join(wording.text.parts[::2]).casefold() if wording else ""


def _key_path(step: str, action: Action, key: str) -> tuple[str, ...]:
    kind = {"OfferTimes": ("callback", "offers"), "Queue": ("queue",)}.get(type(action).__name__, ("keys",))
    return ("steps", step, *kind, key)
