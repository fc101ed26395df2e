"""``say: hello`` or ``say: [hello, how_to_verify]``: speak, without listening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.steps.action import Action, Move, Node, PromptUse

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Say(Action):
    """Speak some prompts, one after the other."""

    spoken: tuple[str, ...]

    @classmethod
    def read(cls, _name: str, step: Node) -> Say:
        said = step["say"]
        return cls((said,) if isinstance(said, str) else tuple(said))

    def enter(self, run: Run) -> Move:
        run.say(*self.spoken)
        return None

    def prompts(self) -> tuple[PromptUse, ...]:
        return tuple(PromptUse(prompt, "say", ("say",)) for prompt in self.spoken)
