"""Exits with tests, and what a choice leads to."""

from __future__ import annotations

from ivr_flows.expressions import parse
from ivr_flows.importing.draft import Step
from ivr_flows.importing.floip.container import Block
from ivr_flows.importing.floip.expressions import condition
from ivr_flows.importing.floip.maker import Maker, comment
from ivr_flows.importing.report import Entry

MOST_CASES = 20


def case(maker: Maker, block: Block, entry: Entry) -> None:
    """``Core.Case``: the first exit whose test holds."""
    step = branch(maker, block, entry)
    maker.add(block, step)


def branch(maker: Maker, block: Block, entry: Entry) -> Step:
    """The exits of a block as a branch, or as a plain next when none has a test."""
    cases = [
        {"when": condition(exit.test, lambda path: maker.name(path, block)), "next": maker.to(exit.to, entry)}
        for exit in block.tests
    ]
    if not cases:
        step: Step = {}
        maker.leave(step, block.default, entry)
        return step
    otherwise = maker.to(block.default, entry)
    while len(cases) > MOST_CASES:
        cases, rest = cases[:-MOST_CASES], cases[-MOST_CASES:]
        made: Step = {"branch": rest, "otherwise": otherwise}
        otherwise = maker.draft.beside(f"{maker.step(block)[:40]}_more", made, comment(block))
    return {"branch": cases, "otherwise": otherwise}


def after_answer(maker: Maker, block: Block, entry: Entry) -> str | None:
    """The step that follows an answer that may be anything; None where the flow ends."""
    if not block.tests:
        return maker.target(block.default, entry)
    made = branch(maker, block, entry)
    return maker.draft.beside(f"{maker.step(block)[:40]}_exits", made, comment(block))


def led_by(maker: Maker, block: Block, entry: Entry, choices: list[tuple[str, str]]) -> list[str | None]:
    """Where each choice (name and key) leads: decided now, or by a branch when other answers count too."""
    own = maker.answer(block)
    tests = [
        (parse(condition(exit.test, lambda path: maker.name(path, block))), exit.to) for exit in block.tests
    ]
    if any(test.names - {own} for test, _ in tests):
        return [after_answer(maker, block, entry)] * len(choices)
    named = any(name.lower() in exit.test.lower() for name, _ in choices for exit in block.tests)
    led = []
    for name, key in choices:
        values = (name,) if named else (name, key, int(key))  # some exporters test for the key instead
        taken = (to for test, to in tests if any(test.test({own: value}.get) for value in values))
        led.append(maker.target(next(taken, block.default), entry))
    return led
