"""What one answer to the carrier may hold: twiml-too-long."""

from __future__ import annotations

from collections.abc import Iterator

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding
from ivr_flows.lint.graph import START, Graph
from ivr_flows.lint.report import report
from ivr_flows.lint.usage import sample
from ivr_flows.saying import say

FETCHED, INLINE = 64 * 1024, 4_000
"""Bytes that a carrier takes as the answer to a webhook, and inside a request of ours."""

FRAME, SPOKEN, PLAYED = 400, 90, 200
"""Bytes around a turn, around a sentence (voice and language), and of a recording's address."""

_MARKUP = {"&": 4, "<": 3, ">": 3, '"': 5, "'": 5}


def twiml_too_long(definition: Definition) -> Iterator[Finding]:
    """What is spoken between two answers of the person, with long but ordinary values."""
    if "voice" not in definition.channels:
        return
    sizes = _Sizes(definition)
    for name in sorted(_beginnings(definition), key=lambda name: definition.line("steps", name)):
        size = FRAME + sizes.from_here(name, frozenset())
        if size > INLINE:
            over = (
                say("a carrier answers at most {fetched:,}", fetched=FETCHED)
                if size > FETCHED
                else say("over the 4,000 inside a request")
            )
            yield report(
                definition,
                "twiml-too-long",
                ("steps", name),
                say(
                    "what is spoken from {name!r} on takes about {size:,} bytes of TwiML, {over}",
                    name=name,
                    size=size,
                    over=over,
                ),
                say("shorten the texts, or ask a question in between"),
                severity="error" if size > FETCHED else "warning",
            )


def _beginnings(definition: Definition) -> set[str]:
    """The steps where a turn may begin: the first, and those an answer leads to."""
    graph = Graph.of(definition)
    asking = (name for name in graph.reachable([START]) if definition.steps[name].question is not None)
    return {START, *(to for name in asking for to in graph.after(name))}


class _Sizes:
    """Sizes of prompts and of what follows a step, each computed once."""

    def __init__(self, definition: Definition) -> None:
        self.definition, self.graph = definition, Graph.of(definition)
        self.prompts: dict[str, int] = {}

    def from_here(self, name: str, passed: frozenset[str]) -> int:
        """The most that is spoken from this step to the next question."""
        step = self.definition.steps[name]
        here = sum(self.prompt(use.prompt) for use in step.prompts() if use.how != "sms")
        if step.question is not None or name in passed:
            return here
        after = (self.from_here(to, passed | {name}) for to in self.graph.after(name))
        return here + max(after, default=0)

    def prompt(self, prompt_id: str) -> int:
        """A prompt in its longest language, as UTF-8 with its markup."""
        if prompt_id not in self.prompts and prompt_id in self.definition.prompts:
            wordings = self.definition.prompts[prompt_id].wordings.items()
            self.prompts[prompt_id] = max(
                SPOKEN
                + (
                    PLAYED
                    if w.audio
                    else _bytes(w.text.render(lambda name: sample(self.definition, name), lang))
                )
                for lang, w in wordings
            )
        return self.prompts.get(prompt_id, 0)


def _bytes(text: str) -> int:
    return len(text.encode()) + sum(_MARKUP.get(character, 0) for character in text)
