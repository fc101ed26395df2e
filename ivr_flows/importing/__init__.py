"""Flows that people own elsewhere, as flows of ours: Twilio Studio and FLOIP containers.

    for flow in import_flows(text, Options(languages=("fr",))):
        flow.text         # YAML that loads
        flow.report       # every state of the source: kept, approximated, dropped or todo

Nothing is silently lost, and whatever the text is, the only error is :class:`ImportRefused`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.definition import load
from ivr_flows.findings import FlowInvalid
from ivr_flows.importing.draft import Draft, Step
from ivr_flows.importing.floip import is_container, make_floip
from ivr_flows.importing.options import Options, read_options
from ivr_flows.importing.report import Entry, Report
from ivr_flows.importing.source import ImportRefused, read_json
from ivr_flows.importing.studio import make_studio
from ivr_flows.importing.studio.states import definition_of
from ivr_flows.importing.writing import write

__all__ = ["Entry", "ImportRefused", "Imported", "Options", "Report", "import_flows", "read_options"]


MOST_MENDED = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """One flow: its id, its YAML, and what became of each state."""

    id: str
    text: str
    report: Report


def import_flows(text: str, options: Options | None = None) -> list[Imported]:
    """The flows in an export: one of Studio, one or more of a FLOIP container.

    Raises :class:`ImportRefused` when the text is neither, or too large to become a flow.
    """
    return [_imported(draft) for draft in _drafts(read_json(text), options or Options())]


def _drafts(data: Mapping[str, Any], options: Options) -> list[Draft]:
    if is_container(data):
        return make_floip(data, options)
    definition = definition_of(data)
    if "states" in definition:
        return [make_studio(definition, options)]
    raise ImportRefused("this is neither a Studio definition (states) nor a FLOIP container (flows)")


def _imported(draft: Draft) -> Imported:
    """The flow as text that loads; a step that makes no sense to the engine is left to be done by hand."""
    for _ in range(MOST_MENDED):
        text = write(draft)
        try:
            load(text)
        except FlowInvalid as error:
            if not _mend(draft, error):
                raise ImportRefused(f"this cannot become a flow of ours: {error.findings[0]}") from None
        else:
            return Imported(draft.id, text, draft.report)
    raise ImportRefused("this cannot become a flow of ours: too many of its steps are refused")


def _mend(draft: Draft, error: FlowInvalid) -> bool:
    """Replace each step that was refused (a table may say anything); False when none was to blame."""
    mended = False
    for finding in error.findings:
        name = finding.place.removeprefix("steps.").partition(".")[0]
        if not finding.place.startswith("steps.") or "todo" in draft.steps.get(name, {"todo": ""}):
            continue
        draft.steps[name] = draft.todo(
            f"{draft.comments[name]}: {finding.message}", _exits(draft.steps[name])
        )
        for entry in draft.report.entries:
            if entry.step == name:
                entry.note("todo", f"It cannot be a step as it stands: {finding.message}.")
        mended = True
    return mended


def _exits(step: Step) -> list[tuple[str, str]]:
    """Where a step leads, as far as one word says it."""
    exits = [key for key in step if key in ("next", "otherwise") or key.startswith("on_")]
    return [(key, step[key]) for key in exits if isinstance(step[key], str)]
