"""``collect``: ask for digits that mean something: a year, a date, a postcode; or for free words.

With ``match`` the answer must equal a fact about the person, and success confirms their identity
(``SetValue("identity.confirmed", True)``). A wrong answer may be a slip of the finger: it is asked
again while attempts are left, then leaves by ``on_mismatch``. When the fact itself is missing,
nothing can be confirmed and nothing is asked: the step leaves by ``on_missing`` (else
``on_exhausted``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr_flows.effects import Scalar
from ivr_flows.steps import answers
from ivr_flows.steps.action import Exit, Go, Move, Node
from ivr_flows.steps.asking import Asking, Question

if TYPE_CHECKING:
    from ivr_flows.run import Run

IDENTITY = "identity.confirmed"


@dataclass(frozen=True, slots=True)
class Saying(Question):
    """A question whose answer may be said: digits one by one, yes or no, or free words."""

    kind: str = "digits"

    def of_kind(self, kind: str) -> Saying:
        return replace(self, kind=kind)

    def heard(self, language: str) -> tuple[str, ...]:
        return answers.words_heard(self.kind, language)


@dataclass(frozen=True, slots=True)
class Collect(Asking):
    """Ask, read, compare, remember."""

    kind: str
    between: answers.Between
    into: str | None
    match: str | None
    on_mismatch: str | None
    on_missing: str | None

    @classmethod
    def read(cls, _name: str, step: Node) -> Collect:
        node: Node = step["collect"]
        low_high = node.get("between")
        between = (low_high[0], low_high[1]) if low_high else None
        digits = answers.num_digits(node["as"], between)
        return cls(
            question=Saying.of("collect", step, timeout=8, num_digits=digits).of_kind(node["as"]),
            kind=node["as"],
            between=between,
            into=node.get("into"),
            match=node.get("match"),
            on_mismatch=step.get("on_mismatch"),
            on_missing=step.get("on_missing"),
        )

    def enter(self, run: Run) -> Move:
        if self.match is not None and run.value(self.match) in (None, ""):
            return Go("on_missing", self.on_missing) if self.on_missing else self.question.give_up(run)
        return self.question.ask(run)

    def keyed(self, run: Run, digits: str) -> Move:
        return self._given(run, answers.read_keys(self.kind, digits, self.between, run.now))

    def said(self, run: Run, text: str) -> Move:
        return self._given(run, answers.read_words(self.kind, text, self.between, run.now))

    def _given(self, run: Run, value: Scalar) -> Move:
        if value is None:
            return self.question.failed(run, "on_invalid")
        if self.match is not None and not same(value, run.value(self.match)):
            return self.question.failed(run, "on_invalid", self.on_mismatch)
        if self.into is not None:
            run.set(self.into, value)
        if self.match is not None:
            run.set(IDENTITY, True)
        return None

    def exits(self) -> tuple[Exit, ...]:
        mismatch = (Exit("on_mismatch", self.on_mismatch),) if self.on_mismatch else ()
        missing = (Exit("on_missing", self.on_missing),) if self.on_missing else ()
        return (*mismatch, *missing, *self.question.failures)

    def reads(self) -> frozenset[str]:
        return frozenset({self.match}) if self.match else frozenset()

    def writes(self) -> frozenset[str]:
        matched = {IDENTITY} if self.match else set()
        return frozenset(matched | ({self.into} if self.into else set()))


def same(answer: Scalar, fact: object) -> bool:
    """Whether an answer is the fact, however the fact was written down: 1980 is "1980"."""
    return str(answer).strip() == str(fact).strip()
