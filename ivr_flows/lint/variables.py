"""The names a flow uses: undefined-variable."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import known_names
from ivr_flows.reading import Path
from ivr_flows.saying import say


def undefined_variable(definition: Definition) -> Iterator[Finding]:
    """A name that nothing fills is empty text when spoken and null in a condition."""
    known = known_names(definition)
    for name, path in _names(definition):
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            fix = say("did you mean {near}?", near=near[0]) if near else say("declare it under variables:")
            yield report(
                definition, "undefined-variable", path, say("nothing fills {{{name}}}", name=name), fix
            )


def _names(definition: Definition) -> Iterator[tuple[str, Path]]:
    for prompt_id, prompt in definition.prompts.items():
        for language, wording in prompt.wordings.items():
            for key, template in (("text", wording.text), ("sms", wording.sms)):
                if key == "text" or wording.sms is not wording.text:
                    for name in sorted(template.names):
                        yield name, ("prompts", prompt_id, language, key)
    for step_name, step in definition.steps.items():
        for action in step.actions:
            for name in sorted(action.reads()):
                yield name, ("steps", step_name)
