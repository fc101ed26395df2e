"""``menu``: ask for one of some keys; by SMS (or speech) for one of some words.

Any failure counts as an attempt, whether nothing came or the key is not offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ivr_flows.saying import say
from ivr_flows.steps.action import Action, Exit, Go, Move, Node, PromptUse, StepInvalid
from ivr_flows.steps.answers import YES, taken_back
from ivr_flows.steps.asking import Question
from ivr_flows.steps.spoken import key_said
from ivr_flows.text import fold
from ivr_flows.turns import Input, Keys, NoKeys, Words

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Menu(Action):
    """``words`` maps each step to the folded words that lead there.

    A key of ``languages`` switches the language and asks the same question again, in the new one.
    """

    name: str
    question: Question
    keys: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, str]

    asks = True

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
                return self._chosen(run, digits)
            case Words(text):
                written, said = key_written(text), key_said(text)
                if self._offers(written):
                    return self._chosen(run, written)
                by_key = self._offers(said) and not self._meant(text)
                return self._chosen(run, said) if by_key else self._said(run, text)
        return self.again(run)

    def _offers(self, key: str) -> bool:
        return key in self.keys or key in self.languages

    def _chosen(self, run: Run, key: str) -> Move:
        if key in self.keys:
            return Go(f"keys.{key}", self.keys[key])
        if key in self.languages:
            run.set("language", self.languages[key])
            run.hop(f"keys.{key}", self.name)
            return self.question.ask(run)
        return self.question.failed(run, "on_invalid")

    def _said(self, run: Run, text: str) -> Move:
        """The step whose words were said; two different ones are no answer."""
        meant = self._meant(text)
        if len(meant) != 1:
            return self.question.failed(run, "on_invalid")
        to = meant.pop()
        return Go(self._exit_to(to), to)

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

    def prompts(self) -> tuple[PromptUse, ...]:
        return self.question.prompts()

    def choices(self) -> tuple[str, ...]:
        return (*self.keys, *self.languages)


def listening(keys: Mapping[str, object]) -> tuple[int | None, str]:
    """How many digits to wait for (None: until the finishing key) and which key finishes."""
    lengths = {len(key) for key in keys}
    finish = "" if any("#" in key for key in keys) else "#"
    return (lengths.pop() if len(lengths) == 1 else None), finish


def key_of(text: str) -> str:
    """Words that are only a key: ``" 1. "`` and "un" are ``1``."""
    return key_said(text) or key_written(text)


def key_written(text: str) -> str:
    """A text that is only a key, as it is written: ``" 1. "`` is ``1``."""
    return text.strip().rstrip(".!) ")
