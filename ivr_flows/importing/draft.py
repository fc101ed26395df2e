"""A flow in the making: its prompts, its steps in the order of the source, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr_flows.importing.names import LONGEST, Taken, kebab_name, plain_name
from ivr_flows.importing.report import Entry, Report
from ivr_flows.text import clean
from ivr_flows.vocabulary import VOCABULARY

Step = dict[str, Any]

LIMITS = {"steps": 200, "visits_per_step": 20}
"""A loop of the source ends at the latest here; the sources themselves end after a thousand steps."""

LONGEST_PROMPT = 1_500
MOST_SAID = 10
SILENCE = "…"
"""The words of a question that says nothing: a prompt must have some, and this one is not spoken."""

FINISHED = "finished"
_AUDIO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>")


@dataclass(slots=True)
class Draft:
    """Everything a flow file says; ``finished`` is made when something ends without a step of its own."""

    id: str
    title: str
    languages: list[str]
    channels: list[str] = field(default_factory=lambda: ["voice"])
    direction: str = "inbound"
    voices: dict[str, str] = field(default_factory=dict)
    prompts: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    steps: dict[str, Step] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    report: Report = field(default_factory=Report)
    step_names: Taken = field(default_factory=lambda: Taken("start", "repeat", FINISHED))
    prompt_names: Taken = field(default_factory=Taken)

    @property
    def language(self) -> str:
        return self.languages[0]

    def language_of(self, said: str) -> str | None:
        """The language of the flow that a tag such as ``fr-FR`` means; None when it means none of them."""
        for known in (said, said.partition("-")[0].lower()):
            if known in self.languages:
                return known
        return None

    def add(self, name: str, step: Step, comment: str) -> str:
        """Add a step; ``name`` was given by ``step_names``."""
        self.steps[name] = step
        self.comments[name] = clean(comment)[:160]
        return name

    def beside(self, name: str, step: Step, comment: str) -> str:
        """Add a step that the source does not have, beside one that it has."""
        return self.add(self.step_names.give(name[:LONGEST]), step, comment)

    def end(self) -> str:
        """The step where everything ends that the source leaves without a next."""
        if FINISHED not in self.steps:
            self.add(FINISHED, {"end": "completed"}, "The source leads nowhere from here: it hangs up.")
        return FINISHED

    def leave(self, step: Step, to: str | None) -> None:
        """Let a step go on to another; None: it ends here."""
        if to is None:
            step["end"] = "completed"
        else:
            step["next"] = to

    def say(self, name: str, text: str, language: str | None = None, audio: str = "") -> list[str]:
        """Prompts with these words (a template), several when they are long; none when there are none."""
        pieces = _pieces(clean(_MARKUP.sub(" ", text)))
        if not pieces and audio:
            pieces = [f"({audio})"]
        ids: list[str] = []
        for piece in pieces[:MOST_SAID]:
            wording = {"text": piece}
            if audio and _AUDIO.fullmatch(audio) and not ids:
                wording["audio"] = audio
            ids.append(self.prompt(name, {language or self.language: wording}))
        return ids

    def prompt(self, name: str, wordings: Mapping[str, dict[str, str]]) -> str:
        """Add one prompt in the languages given."""
        name = self.prompt_names.give(plain_name(name, "prompt"))
        self.prompts[name] = dict(wordings)
        return name

    def ask(self, name: str, text: str, language: str | None = None, audio: str = "") -> list[str]:
        """The same for a question, which must have words: the last is the question itself."""
        return self.say(name, text, language, audio) or [
            self.prompt(name, {language or self.language: {"text": SILENCE}})
        ]

    def know(self, name: str) -> str:
        """Declare a variable, unless the service's own vocabulary has it."""
        if name not in VOCABULARY:
            self.variables.add(name)
        return name

    def lost(self, before: set[str], led: Iterable[tuple[str, str]], entry: Entry) -> None:
        """Note each exit of the source that no step made since ``before`` takes."""
        made = texts([step for name, step in self.steps.items() if name not in before])
        for exit, to in led:
            if to not in made and not any(f"'{exit}'" in sentence for sentence in entry.said):
                entry.note("approximated", f"The exit '{exit[:40]}' to {to} is not taken.")

    def todo(self, what: str, outcomes: Iterable[tuple[str, str]]) -> Step:
        """A step that lint refuses to publish; ``outcomes`` keeps where the source leads."""
        step: Step = {"todo": clean(what)[:300] or "decide what happens here"}
        taken, led = Taken(), {}
        for name, to in outcomes:
            led[taken.give(kebab_name(name, "exit"))] = to
        return {**step, "outcomes": led} if led else step


def texts(node: Any) -> set[str]:
    """Every text anywhere inside, the keys of mappings too."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str):
            found.add(each)
    return found


def _pieces(text: str) -> list[str]:
    """A long text in pieces that end between words, never inside a ``{place}``."""
    pieces = []
    while len(text) > LONGEST_PROMPT:
        cut = text.rfind(" ", 1, LONGEST_PROMPT)
        if cut < 1 or text.count("{", 0, cut) != text.count("}", 0, cut):
            cut = _safe_cut(text)
        pieces.append(text[:cut].strip())
        text = text[cut:].strip()
    return [piece for piece in [*pieces, text] if piece]


def _safe_cut(text: str) -> int:
    """The last place before the limit outside braces; the limit itself when there is none."""
    depth, last = 0, LONGEST_PROMPT
    for index, character in enumerate(text[:LONGEST_PROMPT]):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth == 0 and character not in "{}":
            last = index + 1
    return last
