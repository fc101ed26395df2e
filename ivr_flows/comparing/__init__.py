"""What changed between two versions of a flow, in the words of an administrator.

    for sentence in compare(old, new):
        print(sentence)          # Step symptoms: key 2 now leads to at_home instead of bye

Two definitions of the same version have no change, two of different versions have at least one:
what no sentence was written for is told by its place in the file.
"""

from __future__ import annotations

from ivr_flows.comparing.changes import Change, Group
from ivr_flows.comparing.prompts import prompt_changes
from ivr_flows.comparing.steps import step_changes
from ivr_flows.comparing.top import top_changes
from ivr_flows.definition import Definition
from ivr_flows.reading import read

__all__ = ["Change", "Group", "changes", "compare"]


def compare(old: Definition, new: Definition, language: str = "en") -> list[str]:
    """The changes as sentences: the flow itself first, then its prompts, then its steps."""
    return [change.spoken(language) for change in changes(old, new)]


def changes(old: Definition, new: Definition) -> list[Change]:
    """The changes with their group and their place in the file, in the order of the new file."""
    before, after = read(old.source).data, read(new.source).data
    return [
        *top_changes(before, after),
        *prompt_changes(before["prompts"], after["prompts"]),
        *step_changes(old, new, before["steps"], after["steps"]),
    ]
