"""``split-based-on`` and ``set-variables``: what is compared and what is remembered."""

from __future__ import annotations

from typing import Any

from ivr_flows.importing.draft import Step
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import items, raw
from ivr_flows.importing.studio.conditions import every, expression
from ivr_flows.importing.studio.liquid import references
from ivr_flows.importing.studio.maker import Maker, comment
from ivr_flows.importing.studio.states import State

MOST_CASES = 20


def split(maker: Maker, state: State, entry: Entry) -> None:
    """Conditions in their order; more than a branch takes go on in another step."""
    input_ = raw(state.properties, "input")
    cases = []
    for transition in state.transitions:
        if transition.event == "match" and transition.conditions:
            conditions = [expression(each, maker.scope, input_) for each in transition.conditions]
            cases.append({"when": every(conditions), "next": maker.to(transition.next, entry)})
    if any(t.event == "match" and not t.conditions for t in state.transitions):
        entry.note("approximated", "A match without a condition never matches, and is left out.")
    otherwise = state.to("noMatch")
    if not cases:
        step: Step = {}
        maker.leave(step, otherwise, entry)
        maker.add(state, step)
        return
    chunks = [cases[index : index + MOST_CASES] for index in range(0, len(cases), MOST_CASES)]
    names = [maker.step(state)]
    names += [maker.draft.step_names.give(f"{names[0][:40]}_more") for _ in chunks[1:]]
    for name, chunk, after in zip(names, chunks, [*names[1:], ""], strict=True):
        step = {"branch": chunk, "otherwise": after or maker.to(otherwise, entry)}
        maker.draft.add(name, step, comment(state))
    entry.step = names[0]


def set_variables(maker: Maker, state: State, entry: Entry) -> None:
    """Values in their order; a step of ours sets its own in no order, so that some need several."""
    groups: list[dict[str, Any]] = [{}]
    read: set[str] = set()
    for item in items(state.properties.get("variables")):
        key = raw(item, "key", "name") if isinstance(item, dict) else ""
        if key:
            name = maker.draft.know(maker.scope.variable_of(key))
            written = raw(item, "value")
            value = maker.scope.value(written, name)
            used = {maker.scope.name(found.path) for found in references(written)}
            if name in read or name in groups[-1] or used & set(groups[-1]):
                groups.append({})
                read = set()
            read |= used
            groups[-1][name] = value
            if isinstance(value, dict) and " and " in value["expr"]:
                entry.note("approximated", "It counts; here a counter stops at about twelve.")
    last: Step = {}
    maker.leave(last, state.to("next", "set"), entry)
    for index in range(len(groups) - 1, 0, -1):
        name = f"{maker.step(state)[:40]}_then"
        last = {"next": maker.draft.beside(name, {"set": groups[index], **last}, comment(state))}
    maker.add(state, {"set": groups[0], **last} if groups[0] else last)
