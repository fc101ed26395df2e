"""Exits with tests, and what a choice leads to."""

from __future__ import annotations

from ivr_flows.expressions import ExpressionError, parse
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


def led_by(maker: Maker, block: Block, entry: Entry, choice: str, key: str) -> str | None:
    """Where one choice leads, decided now: the first exit whose test holds for it."""
    name = maker.answer(block)
    for exit in block.tests:
        try:
            test = parse(condition(exit.test, lambda path: maker.name(path, block)))
        except ExpressionError:
            continue
        for value in (choice, key, int(key)):
            if test.names <= {name} and test.test({name: value}.get):
                return maker.target(exit.to, entry)
    return maker.target(block.default, entry)
