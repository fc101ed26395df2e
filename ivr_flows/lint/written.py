"""What one SMS of a conversation holds: everything that is said from one answer to the next question.

The service joins it with single spaces and sends it as one message, so that this, and not a prompt by itself,
is what has to be short.
"""

from __future__ import annotations

from ivr_flows.definition import Definition
from ivr_flows.lint.graph import START, Graph
from ivr_flows.lint.usage import sample
from ivr_flows.segments import measure
from ivr_flows.steps import Step
from ivr_flows.steps.asking import Question


class Written:
    """The longest SMS that a flow may send at each place where a turn begins, in one language.

    Values are long but ordinary ones. What waits for an agent, or is a message of its own (``sms``), is not
    part of it.
    """

    def __init__(self, definition: Definition, language: str) -> None:
        self.definition, self.language = definition, language
        self.graph = Graph.of(definition, by_sms=True)
        self._after: dict[str, str] = {}
        self._open: set[str] = set()

    def turns(self) -> dict[str, str]:
        """Its text by the step where the turn begins; a question asked again is a turn of its own."""
        found: dict[str, str] = {}
        reached = self.graph.reachable([START])
        asking = {name: _question(self.definition.steps[name]) for name in sorted(reached)}
        begins = {START, *(to for name, asked in asking.items() if asked for to in self.graph.after(name))}
        for name in sorted(begins):
            found[name] = self.from_here(name)
        for name, asked in asking.items():
            again = [asked.timeout_prompt, asked.invalid_prompt] if asked else []
            for prompt in again:
                if asked is not None and prompt is not None:
                    found[name] = _longer(found.get(name, ""), self._joined(prompt, asked.prompt))
        return {name: text for name, text in found.items() if text}

    def first(self) -> str:
        """What a conversation begins with."""
        return self.from_here(START)

    def from_here(self, name: str) -> str:
        """The longest text from this step to the next question."""
        if name in self._after:
            return self._after[name]
        if name in self._open:
            return ""  # a way round without a question: counted once
        self._open.add(name)
        step = self.definition.steps[name]
        asked = _question(step)
        said = [use.prompt for use in step.prompts() if use.how == "say"]
        here = self._joined(*said, *([asked.prompt] if asked else []))
        if asked is None:
            after = ""
            for to in self.graph.after(name):
                after = _longer(after, self.from_here(to))
            here = " ".join(text for text in (here, after) if text)
        self._open.discard(name)
        self._after[name] = here
        return here

    def _joined(self, *prompts: str) -> str:
        return " ".join(text for text in map(self._text, prompts) if text)

    def _text(self, prompt_id: str) -> str:
        prompt = self.definition.prompts.get(prompt_id)
        if prompt is None:
            return ""
        for language in (self.language, *self.definition.languages):
            if language in prompt.wordings:
                wording = prompt.wordings[language]
                return wording.sms.render(lambda name: sample(self.definition, name), language)
        return ""


def _question(step: Step) -> Question | None:
    """What a step asks, by SMS."""
    for action in step.actions:
        if isinstance(action, Question):
            return action
        question = getattr(action, "question", None)
        if isinstance(question, Question):
            return question
    return None


def _longer(one: str, other: str) -> str:
    def cost(text: str) -> tuple[int, int]:
        return measure(text).segments, len(text)

    return max(one, other, key=cost)
