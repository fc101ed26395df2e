"""What the prompts say: missing-translation, undefined-prompt, unused-prompt."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import uses
from ivr_flows.saying import say


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
                    say("{prompt_id!r} is missing in {language}", prompt_id=prompt_id, language=language),
                    say("add {language}: with a text, or do not claim the language", language=language),
                )
        for language in sorted(set(prompt.wordings) - claimed):
            yield report(
                definition,
                "missing-translation",
                ("prompts", prompt_id, language),
                say("{language} is not among the languages of the flow", language=language),
                say("add {language} to languages, or remove this text", language=language),
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
                        say("the flow does not speak {value}", value=value),
                        say("add {value} to languages with all its texts, or set another", value=value),
                    )


def undefined_prompt(definition: Definition) -> Iterator[Finding]:
    """A step that speaks a prompt nobody wrote stays silent."""
    for use, path in uses(definition):
        if use.prompt not in definition.prompts:
            yield report(
                definition,
                "undefined-prompt",
                path,
                say("there is no prompt {prompt!r}", prompt=use.prompt),
                say("write it under prompts:, or name another"),
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
                say("no step speaks {prompt_id!r}", prompt_id=prompt_id),
                say("use it, or remove it"),
                severity="warning",
            )
