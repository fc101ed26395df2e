"""One turn in the making: the session's state, what has been said and done so far in this turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr_flows.definition import Definition
from ivr_flows.effects import Effect, Scalar, SendSms, SetDisposition, SetValue
from ivr_flows.prompts import Prompt
from ivr_flows.text import kebab, plain
from ivr_flows.turns import Hop, Spoken, Turn, Wait


@dataclass(slots=True)
class Run:
    """Mutable within one turn only; everything that outlives the turn is in ``state``."""

    root: Definition
    state: dict[str, Any]
    now: datetime
    flows: Mapping[str, Definition] = field(default_factory=dict)
    """The sub-flows by id, in the versions that the session is pinned to."""
    here: dict[str, Any] = field(default_factory=dict)
    """Values that hold for one prompt only: the slot that is being spoken of."""
    spoken: list[Spoken] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    path: list[Hop] = field(default_factory=list)

    @property
    def inside(self) -> list[dict[str, str]]:
        """The sub-flows the session is in, outermost first, each with the step that called it."""
        frames: list[dict[str, str]] = self.state.setdefault("inside", [])
        return frames

    @property
    def definition(self) -> Definition:
        """The flow that is running: the first one, or the innermost sub-flow."""
        return self.flows[self.inside[-1]["flow"]] if self.inside else self.root

    @property
    def step(self) -> str:
        return str(self.state["step"])

    def place(self, step: str) -> str:
        """A step as the funnel names it: ``start``, or ``identity/start`` inside a sub-flow."""
        return f"{self.inside[-1]['flow']}/{step}" if self.inside else step

    @property
    def language(self) -> str:
        return str(self.state["language"])

    @property
    def by_sms(self) -> bool:
        return bool(self.state["channel"] == "sms")

    @property
    def disposition(self) -> str | None:
        found: str | None = self.state["disposition"]
        return found

    def value(self, name: str) -> Any:
        """What the session knows by that name: an answer, else a fact, else None."""
        if name in self.here:
            return self.here[name]
        if name.startswith("session."):
            return self.state.get(name.removeprefix("session.")) if name in _OWN else None
        values: Mapping[str, Any] = self.state["values"]
        return values[name] if name in values else self.state["facts"].get(name)

    def set(self, name: str, value: Scalar) -> None:
        """Remember an answer, and tell the service."""
        value = plain(value)
        if name == "disposition":
            self.dispose(str(value))
            return
        if name == "language":
            if value not in self.definition.languages:
                return
            self.state["language"] = value
        self.state["values"][name] = value
        self.effects.append(SetValue(name, value))

    def dispose(self, name: str) -> None:
        """Note the result so far; it is the outcome if the person hangs up from here on."""
        self.state["disposition"] = kebab(name)
        self.effects.append(SetDisposition(kebab(name)))

    def speak(self, prompt_id: str) -> Spoken:
        """Render a prompt in the person's language, else in the fallback, else as nothing."""
        prompt = self.definition.prompts.get(prompt_id)
        language = self._wording_language(prompt)
        if prompt is None or language is None:
            return Spoken(prompt_id, self.language, self.definition.voices.get(self.language), "")
        wording = prompt.wordings[language]
        template = wording.sms if self.by_sms else wording.text
        text = template.render(self.value, language)
        return Spoken(prompt_id, language, self.definition.voices.get(language), text, wording.audio)

    def say(self, *prompt_ids: str) -> None:
        """Add prompts to what this turn says; what has no words is left out."""
        said = (self.speak(prompt_id) for prompt_id in prompt_ids)
        self.spoken.extend(spoken for spoken in said if spoken.text or spoken.audio)

    def send_sms(self, prompt_id: str) -> None:
        """Send a prompt as an SMS, by its ``sms`` wording where it has one."""
        prompt = self.definition.prompts.get(prompt_id)
        language = self._wording_language(prompt)
        if prompt is not None and language is not None:
            text = prompt.wordings[language].sms.render(self.value, language)
            self.effects.append(SendSms(prompt_id, language, text))

    def _wording_language(self, prompt: Prompt | None) -> str | None:
        if prompt is None:
            return None
        for language in (self.language, *self.definition.languages):
            if language in prompt.wordings:
                return language
        return None

    def hop(self, exit: str, to: str | None) -> None:
        """Note an exit taken, for coverage and for the funnel."""
        self.path.append(Hop(self.place(self.step), exit, None if to is None else self.place(to)))

    def turn(self, wait: Wait | None) -> Turn:
        """The turn as it stands."""
        outcome = self.state["outcome"]
        return Turn(self.state, tuple(self.spoken), tuple(self.effects), wait, outcome, tuple(self.path))


_OWN = frozenset({"session.language", "session.channel"})
