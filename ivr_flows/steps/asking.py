"""Asking a question, and what happens when no usable answer comes. Shared by the asking steps."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ivr_flows.steps.action import REPEAT, Action, Exit, Finish, Go, Move, Node, Pause, PromptUse
from ivr_flows.steps.spoken import key_of, words_for
from ivr_flows.turns import AskKeys, AskWords, Input, Keys, NoKeys, Spoken, Words

if TYPE_CHECKING:
    from ivr_flows.run import Run


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt, how long to listen (seconds), how often to ask, and the exits of failure."""

    action: str
    prompt: str
    timeout_s: int
    expires_s: int
    max_attempts: int
    num_digits: int | None
    finish_on_key: str
    failures: tuple[Exit, ...]
    timeout_prompt: str | None
    invalid_prompt: str | None
    words: tuple[str, ...] = ()
    """What may be said instead of a key, where the carrier understands speech."""
    keys: tuple[str, ...] = ()
    """The keys that choose here: a digit may be said as well."""

    @classmethod
    def of(
        cls, action: str, step: Node, *, timeout: int, num_digits: int | None, finish_on_key: str = "#"
    ) -> Self:
        """Read the parts common to ``menu``, ``collect`` and ``callback``."""
        node: Node = step[action]
        names = ("on_timeout", "on_invalid", "on_exhausted")
        return cls(
            action=action,
            prompt=node["prompt"],
            timeout_s=node.get("timeout", timeout),
            expires_s=node.get("expires", 86400),
            max_attempts=node.get("max_attempts", 3),
            num_digits=num_digits,
            finish_on_key=finish_on_key,
            failures=tuple(Exit(name, step[name]) for name in names if name in step),
            timeout_prompt=node.get("timeout_prompt"),
            invalid_prompt=node.get("invalid_prompt"),
        )

    def prompts(self) -> tuple[PromptUse, ...]:
        """The question and the sentences said before asking again."""
        named = (
            ("prompt", self.prompt),
            ("timeout_prompt", self.timeout_prompt),
            ("invalid_prompt", self.invalid_prompt),
        )
        return tuple(PromptUse(prompt, "ask", (self.action, key)) for key, prompt in named if prompt)

    def ask(self, run: Run, *before: str) -> Pause:
        """Ask: by voice inside the wait (the first key stops the words), by SMS as a message."""
        if run.by_sms:
            run.spoken += (each for each in self.spoken(run, *before) if each.text or each.audio)
        return self.wait(run, *before)

    def wait(self, run: Run, *before: str) -> Pause:
        """Wait for the answer, sending nothing anew."""
        if run.by_sms:
            return Pause(AskWords(self.expires_s))
        prompts = self.spoken(run, *before)
        heard = self.heard(run.language)
        return Pause(AskKeys(prompts, self.timeout_s, self.num_digits, self.finish_on_key, heard))

    def heard(self, language: str) -> tuple[str, ...]:
        """What to listen for beside keys, in this language."""
        return (*self.words, *words_for(self.keys, language))

    def spoken(self, run: Run, *before: str) -> tuple[Spoken, ...]:
        """Everything that is said when the question is asked, after what comes ``before`` it."""
        return tuple(run.speak(prompt) for prompt in (*before, self.prompt))

    def failed(self, run: Run, why: str, exhausted: str | None = None) -> Move:
        """Ask again, or leave: by ``why`` when the file names a step for it, else when attempts end.

        ``exhausted`` names another exit than ``on_exhausted`` for the last attempt, already declared.
        """
        run.state["attempts"] += 1
        target = self.target(why)
        if target not in (None, REPEAT):
            return Go(why, str(target))
        if run.state["attempts"] >= self.max_attempts:
            return self.give_up(run, exhausted)
        run.hop(why, run.step)
        before = self.timeout_prompt if why == "on_timeout" else self.invalid_prompt
        return self.ask(run, *([before] if before else []))

    def give_up(self, run: Run, exhausted: str | None = None) -> Move:
        """No attempts are left."""
        if exhausted is not None:
            return Go("on_mismatch", exhausted)
        target = self.target("on_exhausted")
        if target is not None:
            return Go("on_exhausted", target)
        return Finish(run.disposition or "no-input")

    def target(self, name: str) -> str | None:
        """The step that an exit of failure leads to, if the file names one."""
        return next((exit.to for exit in self.failures if exit.name == name), None)

    @property
    def may_finish(self) -> bool:
        """Whether running out of attempts ends the session."""
        return self.target("on_exhausted") is None


@dataclass(frozen=True, slots=True)
class Asking(Action):
    """An action that asks one question: silence counts against the attempts, all else is its own to read."""

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
                return self.keyed(run, digits)
            case Words(text):
                return self.said(run, text)
        return self.again(run)

    @abstractmethod
    def keyed(self, run: Run, digits: str) -> Move:
        """What these digits lead to."""

    def said(self, run: Run, text: str) -> Move:
        """What these words lead to: a key may be written or said where no words are asked for."""
        return self.keyed(run, key_of(text))

    def prompts(self) -> tuple[PromptUse, ...]:
        return self.question.prompts()
