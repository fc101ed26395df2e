"""``menu``: ask for one of some keys; by SMS (or speech) for one of some words.

Any failure counts as an attempt, whether nothing came or the key is not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ivr_flows.saying import say
from ivr_flows.steps.action import Exit, Go, Move, Node, StepInvalid
from ivr_flows.steps.answers import YES, taken_back
from ivr_flows.steps.asking import Asking, Question
from ivr_flows.steps.spoken import key_said, key_written
from ivr_flows.text import fold

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Menu(Asking):
    """``words`` maps each step to the folded words that lead there.

    A key of ``languages`` switches the language and asks the same question again, in the new one.
    """

    name: str
    keys: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, str]

    @classmethod
    def read(cls, name: str, step: Node) -> Menu:
        if "keys" not in step:
            raise StepInvalid(("menu",), say("a menu without keys"), say("add keys: and a step for each"))
        written: Mapping[str, Any] = step["keys"]
        said: Mapping[str, list[str]] = step.get("words", {})
        num_digits, finish = listening(written)
        question = Question.of("menu", step, timeout=5, num_digits=num_digits, finish_on_key=finish)
        return cls(
            name=name,
            question=replace(
                question, words=tuple(word for each in said.values() for word in each), keys=tuple(written)
            ),
            keys={key: to for key, to in written.items() if isinstance(to, str)},
            words={to: tuple(fold(word) for word in each) for to, each in said.items()},
            languages={key: to["language"] for key, to in written.items() if not isinstance(to, str)},
        )

    def keyed(self, run: Run, digits: str) -> Move:
        if digits in self.keys:
            return Go(f"keys.{digits}", self.keys[digits])
        if digits in self.languages:
            run.set("language", self.languages[digits])
            run.hop(f"keys.{digits}", self.name)
            return self.question.ask(run)
        return self.question.failed(run, "on_invalid")

    def said(self, run: Run, text: str) -> Move:
        """A key, or the step whose words were said; two different ones are no answer."""
        written, spoken, meant = key_written(text), key_said(text), self._meant(text)
        if self._offers(written):
            return self.keyed(run, written)
        if self._offers(spoken) and not meant:
            return self.keyed(run, spoken)
        if len(meant) != 1:
            return self.question.failed(run, "on_invalid")
        to = meant.pop()
        return Go(self._exit_to(to), to)

    def _offers(self, key: str) -> bool:
        return key in self.keys or key in self.languages

    def _meant(self, text: str) -> set[str]:
        """The steps whose words are in the text; a yes beside a "not" is none ("oui, ce n'est pas moi")."""
        said = f" {fold(text)} "
        left_out = {"", *(YES if taken_back(text) else ())}
        return {
            to
            for to, words in self.words.items()
            if any(f" {word} " in said for word in words if word not in left_out)
        }

    def _exit_to(self, to: str) -> str:
        key = next((key for key, target in self.keys.items() if target == to), None)
        return f"words.{to}" if key is None else f"keys.{key}"

    def exits(self) -> tuple[Exit, ...]:
        keys = tuple(Exit(f"keys.{key}", to) for key, to in self.keys.items())
        words = tuple(Exit(f"words.{to}", to) for to in self.words if to not in self.keys.values())
        again = tuple(Exit(f"keys.{key}", self.name) for key in self.languages)
        return (*keys, *again, *words, *self.question.failures)

    def choices(self) -> tuple[str, ...]:
        return (*self.keys, *self.languages)


def listening(keys: Mapping[str, object]) -> tuple[int | None, str]:
    """How many digits to wait for (None: until the finishing key) and which key finishes."""
    lengths = {len(key) for key in keys}
    finish = "" if any("#" in key for key in keys) else "#"
    return (lengths.pop() if len(lengths) == 1 else None), finish
