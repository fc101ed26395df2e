"""The flows of a FLOIP container (1.0.0-rc4, and leniently its older forms) as flows of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ivr_flows.importing.draft import LIMITS, Draft
from ivr_flows.importing.floip.acting import (
    log,
    message,
    output,
    run_flow,
    set_group,
    set_property,
    with_property,
)
from ivr_flows.importing.floip.asking import numeric, open_response, select_many, select_one
from ivr_flows.importing.floip.container import Block, Flow, Value, is_container, read_container
from ivr_flows.importing.floip.deciding import case
from ivr_flows.importing.floip.maker import Maker
from ivr_flows.importing.floip.outside import asks, request
from ivr_flows.importing.names import Taken, kebab_name, plain_name
from ivr_flows.importing.options import Options
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import NotExpressible

__all__ = ["BLOCKS", "is_container", "make_floip"]

BLOCKS: Mapping[str, Callable[[Maker, Block, Entry], None]] = {
    "mobileprimitives.message": message,
    "mobileprimitives.selectoneresponse": select_one,
    "mobileprimitives.selectmanyresponses": select_many,
    "mobileprimitives.selectmanyresponse": select_many,
    "mobileprimitives.numericresponse": numeric,
    "mobileprimitives.openresponse": open_response,
    "consoleio.print": message,
    "core.log": log,
    "core.case": case,
    "core.output": output,
    "core.runflow": run_flow,
    "core.setcontactproperty": set_property,
    "core.setgroupmembership": set_group,
}
"""Every block type that becomes something; all others become a ``todo``."""

UNTRANSLATED = {
    "consoleio.read": "It reads a line from a console; nobody has one at a telephone.",
    "smartdevices.locationresponse": "It asks for a place on a map; a telephone has none.",
    "smartdevices.photoresponse": "It asks for a photograph; a telephone takes none.",
}


def make_floip(data: Mapping[str, Any], options: Options) -> list[Draft]:
    """The flows in the making; raises :class:`ImportRefused` when there are none."""
    flows, resources = read_container(data)
    taken = Taken()
    ids = {flow.uuid: taken.give(kebab_name(flow.name, "imported")) for flow in flows}
    if options.id is not None and len(flows) == 1:
        ids = {flows[0].uuid: options.id}
    return [_make(flow, ids, resources, options) for flow in flows]


def _make(
    flow: Flow, ids: Mapping[str, str], resources: Mapping[str, tuple[Value, ...]], options: Options
) -> Draft:
    known = list(dict.fromkeys(flow.languages.values()))
    draft = Draft(
        id=ids[flow.uuid], title=flow.name[:200], languages=list(options.languages) or known or ["en"]
    )
    draft.channels = _channels(flow)
    draft.direction = "both"
    _general(draft, flow, known)
    blocks: dict[str, Block] = {}
    doubles = []
    for block in flow.blocks:
        if block.uuid in blocks or not block.uuid:
            doubles.append(block)
        else:
            blocks[block.uuid] = block
    steps = {block.uuid: draft.step_names.give(plain_name(block.name)) for block in blocks.values()}
    entries = {block.uuid: draft.report.entry(block.name, block.type) for block in blocks.values()}
    maker = Maker(draft, options, blocks, steps, entries, resources, flow.languages, ids)
    first = flow.first if flow.first in blocks else next(iter(blocks), None)
    draft.add("start", {"next": steps[first] if first else draft.end()}, flow.name)
    for block in blocks.values():
        _block(maker, block)
    for block in doubles:
        draft.report.entry(block.name, block.type).note(
            "dropped", "It has no id of its own, so that nothing leads to it."
        )
    return draft


def _block(maker: Maker, block: Block) -> None:
    entry = maker.entries[block.uuid]
    kind = block.type.lower()
    make = BLOCKS.get(kind) or (request if asks(block) else None)
    if make is None:
        maker.todo(block, entry, UNTRANSLATED.get(kind, f"The block type {block.type} is unknown here."))
        return
    before = set(maker.draft.steps)
    try:
        make(maker, block, entry)
        with_property(maker, block, entry)
    except NotExpressible as reason:
        maker.todo(block, entry, str(reason))
    led = [(exit.name, maker.steps[exit.to]) for exit in block.exits if exit.to and exit.to in maker.steps]
    maker.draft.lost(before, led, entry)


def _channels(flow: Flow) -> list[str]:
    voice = "IVR" in flow.modes
    written = bool({"SMS", "TEXT", "USSD", "RICH_MESSAGING"} & set(flow.modes))
    return [name for name, has in (("voice", voice or not written), ("sms", written)) if has]


def _general(draft: Draft, flow: Flow, known: list[str]) -> None:
    for language in known:
        if language not in draft.languages:
            draft.report.say(f"The texts in {language} are left out: it was not asked for.")
    if len(known) < len(flow.languages):
        draft.report.say("Variants of one language are one language here: the first text of each is kept.")
    if flow.exit_block:
        draft.report.say(
            "The block for errors (exit_block_id) is not used: a session that breaks says so by itself."
        )
    if {"USSD", "RICH_MESSAGING", "OFFLINE"} & set(flow.modes):
        draft.report.say(
            "The modes USSD, RICH_MESSAGING and OFFLINE are not channels here; texts serve as SMS."
        )
    draft.report.say(
        "A loop ends after {visits_per_step} visits of a step, and a conversation after {steps} steps: "
        "change limits as you like.".format(**LIMITS)
    )
