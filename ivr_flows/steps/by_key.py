"""A question answered by one key, or by the word for it: what choosing among times and moments share."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows.steps.action import Action, Move, PromptUse
from ivr_flows.steps.asking import Question
from ivr_flows.steps.menu import key_of
from ivr_flows.turns import Input, Keys, NoKeys, Words

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class ByKey(Action):
    """Ask, and hand the key to ``chosen_by``; silence counts against the attempts."""

    question: Question

    asks = True

    @property
    def may_finish(self) -> bool:
        return self.question.may_finish

    def enter(self, run: Run) -> Move:
        return self.question.ask(run)

    def again(self, run: Run) -> Move:
        return self.question.wait(run)

    def answer(self, run: Run, given: Input) -> Move:
        match given:
            case NoKeys() | Keys(""):
                return self.question.failed(run, "on_timeout")
            case Keys(digits):
                return self.chosen_by(run, digits)
            case Words(text):
                return self.chosen_by(run, key_of(text))
        return self.again(run)

    @abstractmethod
    def chosen_by(self, run: Run, key: str) -> Move:
        """What this key leads to."""

    def prompts(self) -> tuple[PromptUse, ...]:
        return self.question.prompts()
