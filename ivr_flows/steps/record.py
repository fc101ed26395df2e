"""``record: {consent: we_record, prompt: speak_now, max_seconds: 60}``: keep what the person says.

The consent sentence comes first, every time. The carrier keeps the sound; the flow knows its id. By
SMS nothing can be recorded, so that the step leaves at once as when nothing was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr_flows import turns
from ivr_flows.effects import Recorded
from ivr_flows.steps.action import Action, Exit, Go, Move, Node, Pause, PromptUse
from ivr_flows.turns import Input, Keys, NoKeys, Recording

if TYPE_CHECKING:
    from ivr_flows.run import Run

LONGEST_SID = 64


@dataclass(frozen=True, slots=True)
class Record(Action):
    """``consent`` is the sentence that tells of the recording; lint refuses a step without it."""

    prompt: str
    consent: str | None
    max_s: int
    finish_on_key: str
    on_empty: str | None

    asks = True

    @classmethod
    def read(cls, _name: str, step: Node) -> Record:
        node: Node = step["record"]
        return cls(
            prompt=node["prompt"],
            consent=node.get("consent"),
            max_s=node.get("max_seconds", 60),
            finish_on_key=node.get("finish", "#"),
            on_empty=step.get("on_empty"),
        )

    def enter(self, run: Run) -> Move:
        return self._empty() if run.by_sms else self.again(run)

    def hears(self, given: Input) -> bool:
        return isinstance(given, Recording | NoKeys | Keys)

    def again(self, run: Run) -> Move:
        spoken = tuple(run.speak(use.prompt) for use in self.prompts())
        return Pause(turns.Record(spoken, self.max_s, self.finish_on_key))

    def answer(self, run: Run, given: Input) -> Move:
        if not isinstance(given, Recording) or not given.sid or given.seconds < 1:
            return self._empty()
        seconds = min(given.seconds, self.max_s)
        run.state["values"] |= {"recording.sid": given.sid, "recording.seconds": seconds}
        run.effects.append(Recorded(given.sid, seconds))
        return None

    def _empty(self) -> Move:
        return Go("on_empty", self.on_empty) if self.on_empty else None

    def exits(self) -> tuple[Exit, ...]:
        return (Exit("on_empty", self.on_empty),) if self.on_empty else ()

    def writes(self) -> frozenset[str]:
        return frozenset({"recording.sid", "recording.seconds"})

    def prompts(self) -> tuple[PromptUse, ...]:
        asked = PromptUse(self.prompt, "ask", ("record", "prompt"))
        return (PromptUse(self.consent, "ask", ("record", "consent")), asked) if self.consent else (asked,)
