"""The table of the library in docs/flows.md says what the flows do, read from the flows themselves."""

from pathlib import Path

from ivr_flows import Definition, library, load
from ivr_flows.steps.end import End
from ivr_flows.steps.queue import Queue

PAGE = (Path(__file__).parents[2] / "docs" / "flows.md").read_text("utf-8")
GIVEN = ("call.", "callback.", "platform.", "session.", "slot.", "survey.", "preference.", "campaign.")
"""Facts that the service always has, or that a flow writes itself: no list has to bring them."""


def row(definition: Definition) -> str:
    """One line of the table."""
    heard = f"{definition.direction}, {' and '.join(definition.channels)}, {' '.join(definition.languages)}"
    outcomes = ", ".join(f"`{name}`" for name in sorted(endings(definition)))
    facts = ", ".join(f"`{name}`" for name in sorted(definition.reads) if not name.startswith(GIVEN))
    return f"| `{definition.id}` | {definition.title['en']} | {heard} | {outcomes} | {facts or 'none'} |"


def endings(definition: Definition) -> set[str]:
    """The outcomes that the flow names, and `connected` where it ends with an agent."""
    actions = [action for step in definition.steps.values() for action in step.actions]
    named = {action.outcome for action in actions if isinstance(action, End)}
    return named | {"connected" for action in actions if isinstance(action, Queue) and action.may_finish}


def test_the_table_of_the_library_is_as_the_flows_are():
    rows = [row(load(library.flow_text(name))) for name in library.names()]
    starts = tuple(f"| `{name}` | " for name in library.names())
    written = [line for line in PAGE.splitlines() if line.startswith(starts)]
    assert written == rows, "the table of docs/flows.md should be:\n" + "\n".join(rows)


def test_the_skills_that_the_library_asks_for_are_named():
    flows = (load(library.flow_text(name)) for name in library.names())
    actions = (action for flow in flows for step in flow.steps.values() for action in step.actions)
    skills = sorted({action.skill for action in actions if isinstance(action, Queue)})
    assert f"They ask for the skills {', '.join(f'`{skill}`' for skill in skills)}." in PAGE
