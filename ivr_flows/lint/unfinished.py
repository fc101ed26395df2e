"""What an import left open: todo-step."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.report import report
from ivr_flows.saying import say
from ivr_flows.steps.todo import Todo


def todo_step(definition: Definition) -> Iterator[Finding]:
    """A session that comes to an unfinished step would be cut off."""
    for name, step in definition.steps.items():
        for action in step.actions:
            if isinstance(action, Todo):
                yield report(
                    definition,
                    "todo-step",
                    ("steps", name, "todo"),
                    say("{name!r} is not finished: {what}", name=name, what=action.what),
                    say("write the step, or lead around it"),
                )
