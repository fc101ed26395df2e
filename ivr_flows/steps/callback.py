"""``callback``: book a return call, at once (``{in: 60}``) or at one of the times offered.

``{turn: true}`` keeps the place of somebody who waited in a queue: they are called when it is their turn, the
same day. Whoever did not wait is called within the hour.

``offers: {"1": {in: 60}, "2": {at: "18:00"}, "3": {at: "10:00", days: 1}}`` with a prompt that
speaks of each key; ``keys`` beside it may lead elsewhere (no callback after all). With
``offers: times`` the times are the service's own (``steps/slots.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr_flows.effects import IN_TURN, BookCallback
from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Exit, Go, Move, Node, StepInvalid
from ivr_flows.steps.asking import Asking, Question
from ivr_flows.steps.menu import listening
from ivr_flows.steps.slots import ChooseSlot, read_slots

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class BookNow(Action):
    """Book without asking."""

    time: BookCallback

    def enter(self, run: Run) -> Move:
        run.effects.append(self.time)
        return None


@dataclass(frozen=True, slots=True)
class OfferTimes(Asking):
    """Let the person choose among times by key."""

    offers: Mapping[str, BookCallback]
    keys: Mapping[str, str]

    def keyed(self, run: Run, digits: str) -> Move:
        if digits in self.offers:
            run.effects.append(self.offers[digits])
            return None
        if digits in self.keys:
            return Go(f"keys.{digits}", self.keys[digits])
        return self.question.failed(run, "on_invalid")

    def exits(self) -> tuple[Exit, ...]:
        keys = tuple(Exit(f"keys.{key}", to) for key, to in self.keys.items())
        return (*keys, *self.question.failures)

    def choices(self) -> tuple[str, ...]:
        return (*self.offers, *self.keys)


def read_callback(_name: str, step: Node) -> BookNow | OfferTimes | ChooseSlot:
    """Read any of the three forms."""
    node: Node = step["callback"]
    if node.get("offers") == "times":
        return read_slots("callback", step, lambda time: BookCallback(time=time))
    if ("offers" in node) + ("in" in node) + ("at" in node) + ("turn" in node) != 1:
        raise StepInvalid(
            ("callback",), say("no time, or more than one"), say("give in:, at: or offers: with a prompt")
        )
    if "offers" not in node:
        return BookNow(_time(node))
    offers: Mapping[str, Node] = node["offers"]
    keys: Mapping[str, str] = step.get("keys", {})
    if not all(isinstance(to, str) for to in keys.values()):
        raise StepInvalid(("keys",), say("a callback switches no language"), say("name a step"))
    if set(offers) & set(keys):
        raise StepInvalid(
            ("callback", "offers"), say("a key is used twice"), say("give each choice its own key")
        )
    num_digits, finish = listening({**offers, **keys})
    question = Question.of("callback", step, timeout=8, num_digits=num_digits, finish_on_key=finish)
    question = replace(question, keys=(*offers, *keys))
    return OfferTimes(question, {key: _time(offer) for key, offer in offers.items()}, keys)


def _time(node: Node) -> BookCallback:
    if "turn" in node:
        return BookCallback(time=IN_TURN)
    return BookCallback(node.get("in"), node.get("at"), node.get("days", 0))
