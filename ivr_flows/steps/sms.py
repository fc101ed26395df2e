"""``sms: {prompt: advice}``: send a text to the person, whatever the channel of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.steps.action import Action, Move, Node, PromptUse

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Sms(Action):
    """Send one SMS."""

    prompt: str

    @classmethod
    def read(cls, _name: str, step: Node) -> Sms:
        return cls(step["sms"]["prompt"])

    def enter(self, run: Run) -> Move:
        run.send_sms(self.prompt)
        return None

    def prompts(self) -> tuple[PromptUse, ...]:
        return (PromptUse(self.prompt, "sms", ("sms", "prompt")),)
