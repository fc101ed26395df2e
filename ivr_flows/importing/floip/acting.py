"""Blocks that say, remember, or go elsewhere."""

from __future__ import annotations

import re

from ivr_flows.importing.draft import Step
from ivr_flows.importing.floip.container import Block
from ivr_flows.importing.floip.expressions import condition
from ivr_flows.importing.floip.maker import Maker
from ivr_flows.importing.names import kebab_name, variable_name
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import mapping, raw
from ivr_flows.text import clean

_NUMBER = re.compile(r"-?\d{1,12}")


def message(maker: Maker, block: Block, entry: Entry) -> None:
    """``MobilePrimitives.Message``, and ``ConsoleIO.Print``."""
    said = maker.prompt(block, entry, block.config.get("prompt") or block.config.get("message"))
    if said is None:
        entry.note("approximated", "It says nothing.")
    step: Step = {"say": said} if said else {}
    if block.type.lower().startswith("consoleio."):
        entry.note("approximated", "What it prints is spoken.")
    maker.leave(step, block.default, entry)
    maker.add(block, step)


def log(maker: Maker, block: Block, entry: Entry) -> None:
    """The service keeps its own log of every step."""
    entry.note("dropped", "The service notes every step by itself: its own line is left out.")
    _pass(maker, block, entry, {})


def output(maker: Maker, block: Block, entry: Entry) -> None:
    """A named value among the results."""
    value = value_of(maker, block, raw(block.config, "value"))
    _pass(maker, block, entry, {"set": {maker.answer(block): value}})


def set_property(maker: Maker, block: Block, entry: Entry) -> None:
    """A fact about the person; the write itself is :func:`with_property`'s."""
    if not mapping(block.config.get("set_contact_property")):
        entry.note("approximated", "It names no property: it does nothing.")
    _pass(maker, block, entry, {})


def set_group(maker: Maker, block: Block, entry: Entry) -> None:
    """A group is a fact of its own, true or false."""
    key = raw(block.config, "group_key", "groupKey") or raw(block.config, "group_name") or block.name
    written = block.config.get("is_member", block.config.get("isMember"))
    if written is None:
        entry.note("approximated", "It changes no membership: it does nothing.")
        _pass(maker, block, entry, {})
        return
    value = written if isinstance(written, bool) else value_of(maker, block, str(written))
    entry.note("approximated", f"The service has no groups: it is kept as {variable_name('groups', key)}.")
    _pass(maker, block, entry, {"set": {maker.draft.know(variable_name("groups", key)): value}})


def run_flow(maker: Maker, block: Block, entry: Entry) -> None:
    """Another flow inside this one."""
    given = raw(block.config, "flow_id", "flowId").strip()
    flow = maker.options.flows.get(given) or maker.flows.get(given)
    if flow is None:
        flow = kebab_name(block.name, "flow")
        entry.note(
            "approximated", f"The flow {given[:40]!r} is not in the container: it must be here as {flow}."
        )
    failed = next(
        (exit.to for exit in block.exits if not exit.default and exit.name.lower() == "error"), None
    )
    step: Step = {"flow": flow}
    if failed:
        step["outcomes"] = {"flow-broken": maker.to(failed, entry)}
    step["otherwise"] = maker.to(block.default, entry)
    maker.add(block, step)


def with_property(maker: Maker, block: Block, entry: Entry) -> None:
    """Any block may set a fact about the person on its way out: a step of its own does it."""
    written = mapping(block.config.get("set_contact_property"))
    key = raw(written, "property_key", "propertyKey")
    step = maker.draft.steps.get(maker.step(block))
    if not key or step is None:
        return
    name = maker.draft.know(variable_name("contact", key))
    value = value_of(maker, block, raw(written, "property_value", "propertyValue"))
    if "menu" in step:
        for choice in step["keys"].values():
            maker.draft.steps[choice]["set"][name] = value
        return
    plain = not any(part in step for part in ("menu", "collect", "branch", "flow", "record", "http", "todo"))
    if plain:
        step["set"] = {**step.get("set", {}), name: value}
    elif "next" in step or "end" in step:
        made: Step = {"set": {name: value}, **{k: step.pop(k) for k in ("next", "end") if k in step}}
        step["next"] = maker.draft.beside(f"{maker.step(block)[:40]}_kept", made, f"{block.name}: {name}")
    else:
        entry.note("approximated", f"Besides, it sets {name}: write that in the steps after it.")


def _pass(maker: Maker, block: Block, entry: Entry, step: Step) -> None:
    maker.leave(step, block.default, entry)
    maker.add(block, step)


def value_of(maker: Maker, block: Block, written: str) -> str | int | dict[str, str]:
    """A constant, or an expression: ``@flow.age`` or ``@(block.value)``."""
    text = clean(written)
    if not text.startswith("@"):
        return int(text) if _NUMBER.fullmatch(text) else text[:400].replace("@@", "@")
    made = condition(text, lambda path: maker.name(path, block))
    return {"expr": made}
