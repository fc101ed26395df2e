"""``queue``: wait for an agent with a skill.

By SMS there is nobody on the line to hold, so that the step leaves at once by ``on_unavailable``
(else ``on_closed``), usually towards a callback.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Exit, Finish, Go, Move, Node, Pause, PromptUse, StepInvalid
from ivr_flows.turns import Input, InQueue, Keys, QueueEnded

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Queue(Action):
    """``outs`` are the declared exits; ``goes_on`` whether something follows the conversation."""

    skill: str
    level: int
    wait_prompt: str
    offer_callback_after_s: int | None
    callback_prompt: str | None
    callback_key: str
    outs: tuple[Exit, ...]
    goes_on: bool

    asks = True
    left_as = "abandoned"

    @classmethod
    def read(cls, _name: str, step: Node) -> Queue:
        node: Node = step["queue"]
        offer = node.get("offer_callback_after")
        if offer is not None and "on_callback" not in step:
            raise StepInvalid(
                ("queue",), say("a callback is offered and leads nowhere"), say("add on_callback:")
            )
        names = ("on_callback", "on_closed", "on_unavailable")
        return cls(
            skill=node["skill"],
            level=node.get("level", 1),
            wait_prompt=node["wait_prompt"],
            offer_callback_after_s=offer,
            callback_prompt=node.get("callback_prompt"),
            callback_key=node.get("callback_key", "1"),
            outs=tuple(Exit(name, step[name]) for name in names if name in step),
            goes_on="next" in step or "end" in step,
        )

    @property
    def may_finish(self) -> bool:
        return not self.goes_on

    def enter(self, run: Run) -> Move:
        return self._leave("on_unavailable") if run.by_sms else self.again(run)

    def hears(self, given: Input) -> bool:
        """How the wait ended, and the callback key; idle keys never count against a waiting person."""
        offered = self.offer_callback_after_s is not None
        return isinstance(given, QueueEnded) or (offered and given == Keys(self.callback_key))

    def again(self, run: Run) -> Move:
        offered = self.offer_callback_after_s is not None and self.callback_prompt is not None
        return Pause(
            InQueue(
                skill=self.skill,
                level=self.level,
                wait_prompt=run.speak(self.wait_prompt),
                offer_callback_after_s=self.offer_callback_after_s,
                callback_prompt=run.speak(str(self.callback_prompt)) if offered else None,
                callback_key=self.callback_key,
            )
        )

    def answer(self, run: Run, given: Input) -> Move:
        match given:
            case QueueEnded("connected"):
                return self._connected(run)
            case QueueEnded("closed"):
                return self._leave("on_closed")
            case QueueEnded("unavailable"):
                return self._leave("on_unavailable")
        return self._leave("on_callback")

    def _connected(self, run: Run) -> Move:
        if run.disposition is None:
            run.dispose("connected")
        return None if self.goes_on else Finish("connected")

    def _leave(self, wanted: str) -> Move:
        """Leave by the exit wanted, else as when closed, else end the session."""
        for name in (wanted, "on_closed"):
            for out in self.outs:
                if out.name == name:
                    return Go(out.name, out.to)
        return Finish("closed")

    def exits(self) -> tuple[Exit, ...]:
        return self.outs

    def prompts(self) -> tuple[PromptUse, ...]:
        wait = PromptUse(self.wait_prompt, "wait", ("queue", "wait_prompt"))
        if self.callback_prompt is None:
            return (wait,)
        return (wait, PromptUse(self.callback_prompt, "wait", ("queue", "callback_prompt")))

    def choices(self) -> tuple[str, ...]:
        return (self.callback_key,) if self.callback_prompt is not None else ()
