"""``appointment: {do: move, slot: morning}``: what becomes of the appointment the call is about.

With ``offers: slots`` the person chooses among moments that the service gives (``steps/slots.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ivr_flows import effects
from ivr_flows.steps.action import Action, Move, Node
from ivr_flows.steps.slots import ChooseSlot, read_slots
from ivr_flows.text import as_words

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Appointment(Action):
    """Book, confirm, move, cancel or resolve; the slot is written here or read from an answer."""

    do: effects.AppointmentAction
    slot: str | None
    slot_from: str | None

    @classmethod
    def read(cls, _name: str, step: Node) -> Appointment | ChooseSlot:
        node: Node = step["appointment"]
        if "offers" in node:
            return read_slots("appointment", step, partial(effects.Appointment, node["do"]))
        return cls(node["do"], node.get("slot"), node.get("slot_from"))

    def enter(self, run: Run) -> Move:
        slot = self.slot
        if self.slot_from is not None:
            slot = as_words(run.value(self.slot_from), run.language) or slot
        run.effects.append(effects.Appointment(self.do, slot))
        return None

    def reads(self) -> frozenset[str]:
        return frozenset({self.slot_from}) if self.slot_from else frozenset()
