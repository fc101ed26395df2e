"""``transfer: {to: samu-67}``: connect the call to a target of the service's directory.

A flow names a target, never a number. By SMS there is nobody on the line to connect, so that the
step leaves at once by ``on_closed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows import turns
from ivr_flows.steps.action import Action, Exit, Finish, Go, Move, Need, Node, Pause
from ivr_flows.turns import Input, TransferEnded

if TYPE_CHECKING:
    from ivr_flows.run import Run

_ELSE = {"busy": ("on_busy", "on_no_answer", "on_closed"), "no-answer": ("on_no_answer", "on_closed")}
_ON_CLOSED = ("on_closed",)


@dataclass(frozen=True, slots=True)
class Transfer(Action):
    """``outs`` are the declared exits; ``goes_on`` whether something follows the conversation."""

    target: str
    timeout_s: int
    outs: tuple[Exit, ...]
    goes_on: bool

    asks = True

    @classmethod
    def read(cls, _name: str, step: Node) -> Transfer:
        node: Node = step["transfer"]
        names = ("on_busy", "on_no_answer", "on_closed")
        return cls(
            target=node["to"],
            timeout_s=node.get("timeout", 30),
            outs=tuple(Exit(name, step[name]) for name in names if name in step),
            goes_on="next" in step or "end" in step,
        )

    @property
    def may_finish(self) -> bool:
        return not self.goes_on or not self.outs

    def enter(self, run: Run) -> Move:
        return self._leave("closed") if run.by_sms else self.again(run)

    def hears(self, given: Input) -> bool:
        return isinstance(given, TransferEnded)

    def again(self, run: Run) -> Move:  # noqa: ARG002 - every action has the same signature
        return Pause(turns.Transfer(self.target, self.timeout_s))

    def answer(self, run: Run, given: Input) -> Move:
        if not isinstance(given, TransferEnded):
            return self.again(run)
        if given.how != "connected":
            return self._leave(given.how)
        if run.disposition is None:
            run.dispose("connected")
        return None if self.goes_on else Finish("connected")

    def _leave(self, how: str) -> Move:
        """Leave by the exit for it, else by the next more general one, else end as closed."""
        for name in _ELSE.get(how, _ON_CLOSED):
            for out in self.outs:
                if out.name == name:
                    return Go(out.name, out.to)
        return Finish("closed")

    def exits(self) -> tuple[Exit, ...]:
        return self.outs

    def needs(self) -> tuple[Need, ...]:
        return (Need("target", self.target, ("transfer", "to")),)
