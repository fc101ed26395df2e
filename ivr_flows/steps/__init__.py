"""The steps of a flow: one file per action, and the order in which a step does them.

The order of keys in a file means nothing, so that a step that combines actions always does them in
the order of :data:`ORDER`: facts first, then the words, then the question, then where to go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ivr_flows.saying import say as sentence  # a module of this package is called say
from ivr_flows.steps.action import (
    REPEAT,
    Action,
    Descend,
    Exit,
    Finish,
    Go,
    Move,
    Need,
    Node,
    Pause,
    PromptUse,
    StepInvalid,
)
from ivr_flows.steps.appointment import Appointment
from ivr_flows.steps.branch import Branch
from ivr_flows.steps.callback import read_callback
from ivr_flows.steps.collect import Collect
from ivr_flows.steps.end import End, Next
from ivr_flows.steps.flow import SubFlow
from ivr_flows.steps.http import Http
from ivr_flows.steps.menu import Menu
from ivr_flows.steps.queue import Queue
from ivr_flows.steps.record import Record
from ivr_flows.steps.say import Say
from ivr_flows.steps.set import Set
from ivr_flows.steps.sms import Sms
from ivr_flows.steps.suppress import Suppress
from ivr_flows.steps.todo import Todo
from ivr_flows.steps.transfer import Transfer

__all__ = [
    "REPEAT",
    "Action",
    "Descend",
    "Exit",
    "Finish",
    "Go",
    "Move",
    "Need",
    "Pause",
    "PromptUse",
    "Step",
    "StepInvalid",
    "read_step",
]

ORDER: dict[str, Callable[[str, Node], Action]] = {
    "set": Set.read,
    "suppress": Suppress.read,
    "appointment": Appointment.read,
    "sms": Sms.read,
    "say": Say.read,
    "menu": Menu.read,
    "collect": Collect.read,
    "branch": Branch.read,
    "queue": Queue.read,
    "callback": read_callback,
    "transfer": Transfer.read,
    "record": Record.read,
    "http": Http.read,
    "flow": SubFlow.read,
    "todo": Todo.read,
    "next": Next.read,
    "end": End.read,
}
QUESTIONS = (
    "menu",
    "collect",
    "branch",
    "queue",
    "callback",
    "transfer",
    "record",
    "http",
    "flow",
    "todo",
)
"""At most one of these in a step: it decides where the session goes."""

LEAVING = ("menu", "branch", "flow")
"""Those that always leave by an exit of their own."""

BELONGS: dict[str, tuple[str, ...]] = {
    "keys": ("menu", "callback", "appointment"),
    "words": ("menu",),
    "otherwise": ("branch", "flow"),
    "outcomes": ("flow", "todo"),
    "on_timeout": ("menu", "collect", "callback", "appointment"),
    "on_invalid": ("menu", "collect", "callback", "appointment"),
    "on_exhausted": ("menu", "collect", "callback", "appointment"),
    "on_taken": ("appointment", "callback"),
    "on_none": ("appointment", "callback"),
    "on_mismatch": ("collect",),
    "on_missing": ("collect",),
    "on_callback": ("queue",),
    "on_closed": ("queue", "transfer"),
    "on_unavailable": ("queue",),
    "on_busy": ("transfer",),
    "on_no_answer": ("transfer",),
    "on_empty": ("record",),
    "on_error": ("http",),
}
"""Which actions each exit belongs to; elsewhere it would be ignored, so it is refused."""


@dataclass(frozen=True)
class Step:
    """One step: its actions in the order in which they are done."""

    name: str
    actions: tuple[Action, ...]
    on_machine: str | None

    @property
    def question(self) -> int | None:
        """The index of the action where the session can wait, if there is one."""
        return next((index for index, action in enumerate(self.actions) if action.asks), None)

    def exits(self) -> tuple[Exit, ...]:
        """Every exit the file declares, ``repeat`` included, ``end`` excluded."""
        machine = (Exit("on_machine", self.on_machine),) if self.on_machine else ()
        return (*machine, *(exit for action in self.actions for exit in action.exits()))

    def prompts(self) -> tuple[PromptUse, ...]:
        """Every prompt the step speaks or sends."""
        return tuple(use for action in self.actions for use in action.prompts())

    @property
    def may_finish(self) -> bool:
        """Whether a session can end in this step."""
        return any(action.may_finish for action in self.actions)


def read_step(name: str, node: Node) -> Step:
    """Read one step; raises :class:`StepInvalid` when its parts do not go together."""
    offering = ["appointment"] if "offers" in node.get("appointment", {}) else []
    asked = [*offering, *(key for key in QUESTIONS if key in node)]
    if len(asked) > 1:
        raise StepInvalid(
            (asked[1],),
            sentence("{asked} in one step", asked=", ".join(asked)),
            sentence("make it two steps"),
        )
    present = {key for key in node if key != "appointment" or offering}
    for key, owners in BELONGS.items():
        if key in node and not any(owner in present for owner in owners):
            raise StepInvalid(
                (key,),
                sentence("{key} has no {owners} here", key=key, owners=", ".join(owners)),
                sentence("remove it or add the action"),
            )
    if "next" in node and "end" in node:
        raise StepInvalid(("end",), sentence("next and end in one step"), sentence("keep one"))
    leaves = any(key in node for key in LEAVING)
    if leaves and ("next" in node or "end" in node):
        raise StepInvalid(
            (asked[0],),
            sentence("a {asked} never reaches next or end", asked=asked[0]),
            sentence("remove next or end"),
        )
    if not (leaves or any(key in node for key in ("queue", "transfer", "todo", "next", "end"))):
        raise StepInvalid(
            (), sentence("the step leads nowhere"), sentence("add next: and a step, or end: and an outcome")
        )
    actions = tuple(read(name, node) for key, read in ORDER.items() if key in node)
    return Step(name, actions, node.get("on_machine"))
