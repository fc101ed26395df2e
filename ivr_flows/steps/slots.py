"""``offers: slots`` and ``offers: times``: choose among moments that the service gives as facts.

``appointment: {do: move, offers: slots, prompt: which, slot_prompt: each}`` reads the fact
``appointment.slots``, a list of ``{id, label, expires}``: ``label`` by language, ``expires`` an ISO
instant after which the moment may not be chosen (``on_taken``). ``slot_prompt`` is spoken once for
each, with ``{slot.key}`` and ``{slot.label}``. A ``callback`` does the same with ``callback.times``,
so that the moment spoken is the moment dialled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ivr_flows.effects import Effect
from ivr_flows.saying import say
from ivr_flows.steps.action import Exit, Go, Move, Node, PromptUse, StepInvalid
from ivr_flows.steps.asking import Asking, Question
from ivr_flows.steps.menu import listening
from ivr_flows.turns import Spoken

if TYPE_CHECKING:
    from ivr_flows.run import Run

OFFERS = {"appointment": "appointment.slots", "callback": "callback.times"}


@dataclass(frozen=True, slots=True)
class SlotQuestion(Question):
    """A question followed by one sentence for each moment offered."""

    slot_prompt: str = ""
    fact: str = ""
    most: int = 3

    def slots(self, run: Run) -> list[Mapping[str, Any]]:
        """The moments offered, at most ``most``; whatever else the fact holds is left out."""
        given = run.value(self.fact)
        if not isinstance(given, list):
            return []
        usable = (slot for slot in given if isinstance(slot, Mapping) and isinstance(slot.get("id"), str))
        return list(usable)[: self.most]

    def spoken(self, run: Run, *before: str) -> tuple[Spoken, ...]:
        said = list(Question.spoken(self, run, *before))
        for key, slot in enumerate(self.slots(run), start=1):
            run.here = {"slot.key": key, "slot.label": slot.get("label")}
            said.append(run.speak(self.slot_prompt))
        run.here = {}
        return tuple(said)

    def prompts(self) -> tuple[PromptUse, ...]:
        return (*Question.prompts(self), PromptUse(self.slot_prompt, "ask", (self.action, "slot_prompt")))


@dataclass(frozen=True, slots=True)
class ChooseSlot(Asking):
    """Let the person choose by key; ``keys`` beside it may lead elsewhere (none of these)."""

    question: SlotQuestion
    keys: Mapping[str, str]
    chosen: Callable[[str], Effect]
    on_taken: str | None
    on_none: str | None

    def enter(self, run: Run) -> Move:
        if not self.question.slots(run):
            return Go("on_none", self.on_none) if self.on_none else self.question.give_up(run)
        return self.question.ask(run)

    def keyed(self, run: Run, digits: str) -> Move:
        if digits in self.keys:
            return Go(f"keys.{digits}", self.keys[digits])
        offered = {str(number): slot for number, slot in enumerate(self.question.slots(run), start=1)}
        if digits not in offered:
            return self.question.failed(run, "on_invalid")
        if _over(offered[digits].get("expires"), run.now):
            return Go("on_taken", self.on_taken) if self.on_taken else self.question.failed(run, "on_invalid")
        run.effects.append(self.chosen(offered[digits]["id"]))
        return None

    def exits(self) -> tuple[Exit, ...]:
        keys = tuple(Exit(f"keys.{key}", to) for key, to in self.keys.items())
        named = (("on_taken", self.on_taken), ("on_none", self.on_none))
        return (*keys, *(Exit(name, to) for name, to in named if to), *self.question.failures)

    def reads(self) -> frozenset[str]:
        return frozenset({self.question.fact})

    def choices(self) -> tuple[str, ...]:
        return tuple(self.keys)


def read_slots(action: str, step: Node, chosen: Callable[[str], Effect]) -> ChooseSlot:
    """Read the part that appointments and callbacks share."""
    node: Node = step[action]
    for part in ("prompt", "slot_prompt"):
        if part not in node:
            raise StepInvalid(
                (action,), say("moments are offered without {part}", part=part), say("add {part}:", part=part)
            )
    most: int = node.get("most", 3)
    own = [str(number) for number in range(1, most + 1)]
    keys: Mapping[str, Any] = step.get("keys", {})
    if set(own) & set(keys) or not all(isinstance(to, str) for to in keys.values()):
        raise StepInvalid(
            ("keys",),
            say("keys 1 to {most} choose a moment, others a step", most=most),
            say("use another key"),
        )
    num_digits, finish = listening({**dict.fromkeys(own), **keys})
    question = SlotQuestion.of(action, step, timeout=8, num_digits=num_digits, finish_on_key=finish)
    return ChooseSlot(
        question=replace(
            question,
            slot_prompt=node["slot_prompt"],
            fact=OFFERS[action],
            most=most,
            keys=(*own, *keys),
        ),
        keys=keys,
        chosen=chosen,
        on_taken=step.get("on_taken"),
        on_none=step.get("on_none"),
    )


def _over(expires: Any, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(expires) <= now
    except (TypeError, ValueError):
        return False
