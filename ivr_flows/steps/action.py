"""What every action of a step offers, and the moves it can make."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ivr_flows.reading import Path
from ivr_flows.turns import Input, Keys, NoKeys, Wait, Words

if TYPE_CHECKING:
    from ivr_flows.run import Run

Node = Mapping[str, Any]
NeedKind = Literal["flow", "target", "host"]
REPEAT = "repeat"
"""The target that means: ask the same question again, while attempts are left."""


class StepInvalid(ValueError):
    """A step that the schema accepts and that still makes no sense; ``path`` is inside the step."""

    def __init__(self, path: Path, message: str, fix: str, id: str = "schema") -> None:
        super().__init__(message)
        self.path, self.message, self.fix, self.id = path, message, fix, id


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a step as the file writes it: ``Exit("keys.1", "confirm_birth_year")``."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class PromptUse:
    """A prompt and how it reaches the person; ``where`` is the path inside the step."""

    prompt: str
    how: Literal["say", "ask", "wait", "sms"]
    where: Path


@dataclass(frozen=True, slots=True)
class Need:
    """Something outside the flow: another flow, a target of the directory, a host on the list."""

    kind: NeedKind
    name: str
    where: Path


@dataclass(frozen=True, slots=True)
class Go:
    """Leave by this exit for that step."""

    exit: str
    to: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop here and wait for the person, the queue or the clock."""

    wait: Wait


@dataclass(frozen=True, slots=True)
class Finish:
    """End the flow with this outcome; ``exit`` is the exit it was declared by, if any.

    A sub-flow that ends goes back to the flow that called it, unless the ``whole`` session is over.
    """

    outcome: str
    exit: str = "finish"
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Descend:
    """Go on in the first step of another flow, to come back here with its outcome."""

    flow: str


Move = Go | Pause | Finish | Descend | None
"""None: this action is done, on to the next one of the same step."""


class Action(ABC):
    """One thing a step does. Actions are immutable and shared by all sessions of a flow."""

    asks: ClassVar[bool] = False
    """Whether the session can wait here for a person."""

    left_as: ClassVar[str] = "hung-up"
    """The outcome when the person hangs up here and no disposition was set."""

    @property
    def may_finish(self) -> bool:
        """Whether the session can end here."""
        return False

    @abstractmethod
    def enter(self, run: Run) -> Move:
        """Do it."""

    def answer(self, run: Run, given: Input) -> Move:  # noqa: ARG002 - only asking actions read it
        """Take what was given while the session waited here."""
        return self.again(run)

    def hears(self, given: Input) -> bool:
        """Whether this input is an answer here; others change nothing and are not counted."""
        return isinstance(given, Keys | NoKeys | Words)

    def again(self, run: Run) -> Move:
        """Wait as before: what was given changes nothing."""
        return self.enter(run)

    def exits(self) -> tuple[Exit, ...]:
        """The exits that the file declares for this action."""
        return ()

    def prompts(self) -> tuple[PromptUse, ...]:
        """The prompts it speaks or sends."""
        return ()

    def reads(self) -> frozenset[str]:
        """The variables it reads, beside those of its prompts."""
        return frozenset()

    def writes(self) -> frozenset[str]:
        """The variables it writes."""
        return frozenset()

    def choices(self) -> tuple[str, ...]:
        """The keys a person may press here."""
        return ()

    def needs(self) -> tuple[Need, ...]:
        """What it asks for outside this flow."""
        return ()
