"""What every widget needs in order to become a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr_flows.importing.draft import Draft, Step
from ivr_flows.importing.options import Options
from ivr_flows.importing.report import Entry
from ivr_flows.importing.source import raw, text
from ivr_flows.importing.studio.keys import Menu
from ivr_flows.importing.studio.scope import Scope
from ivr_flows.importing.studio.states import Definition, State

OUR_WORDS = {
    "wait": {
        "fr": "Un conseiller va prendre votre appel. Merci de patienter.",
        "en": "An adviser will take your call. Please hold the line.",
    },
    "speak": {"fr": "Parlez après le signal sonore.", "en": "Speak after the tone."},
}
"""What a step of ours must say where the widget says nothing; other languages get the English."""


@dataclass(slots=True)
class Maker:
    """``steps`` are the names of the steps by state; ``entries`` the report on each state."""

    draft: Draft
    scope: Scope
    definition: Definition
    options: Options
    steps: Mapping[str, str]
    entries: Mapping[str, Entry]
    menus: Mapping[str, Menu]

    @property
    def by_sms(self) -> bool:
        """Whether the whole flow is a conversation by message."""
        return self.draft.channels == ["sms"]

    def step(self, state: State) -> str:
        return self.steps[state.name]

    def target(self, name: str | None, entry: Entry) -> str | None:
        """The step for a state; None at an end."""
        if name is None:
            return None
        if name not in self.steps:
            entry.note(
                "approximated", f"It leads to {name!r}, which the export does not have: it ends there."
            )
        return self.steps.get(name)

    def to(self, name: str | None, entry: Entry) -> str:
        """The same, with the step where everything ends."""
        return self.target(name, entry) or self.draft.end()

    def leave(self, step: Step, name: str | None, entry: Entry) -> None:
        """Go on to a state, or end."""
        self.draft.leave(step, self.target(name, entry))

    def add(self, state: State, step: Step) -> None:
        """Add the step of a state, with where it comes from."""
        self.entries[state.name].step = self.draft.add(self.step(state), step, comment(state))

    def todo(self, state: State, entry: Entry, why: str) -> None:
        """Leave the state to be done by hand."""
        entry.note("todo", why)
        led = [(t.event, self.target(t.next, entry)) for t in state.transitions]
        outcomes = [(event, to) for event, to in led if to]
        self.add(state, self.draft.todo(f"{state.type} {state.name!r}: {why}", outcomes))

    def language(self, state: State) -> str:
        """The language of what a widget says; its voice is noted on the way."""
        said = text(state.properties, "language", "gather_language", "gatherLanguage")
        language = self.draft.language_of(said) if said and "{" not in said else self.draft.language
        if language is None:
            self.draft.report.say(
                f"Some texts are in {said[:20]} in the source; they stand as {self.draft.language}."
            )
            language = self.draft.language
        voice = text(state.properties, "voice")
        if "." in voice and "{" not in voice and len(voice) <= 80:
            self.draft.voices.setdefault(language, voice)
        elif voice:
            self.draft.report.say(
                "Voices without a provider's name (man, woman, alice) are left to the service."
            )
        return language

    def words(self, state: State, entry: Entry, step: Step, *names: str) -> str:
        """A text of the widget as a template."""
        return self.scope.words(raw(state.properties, *names), entry, step)

    def our_words(self, key: str, entry: Entry) -> str:
        """A prompt of ours in every language of the flow."""
        said = OUR_WORDS[key]
        wordings = {lang: {"text": said.get(lang[:2], said["en"])} for lang in self.draft.languages}
        entry.note("approximated", "The words it speaks are ours: change them as you like.")
        found = next((name for name, known in self.draft.prompts.items() if known == wordings), None)
        return found or self.draft.prompt(f"please_{key}", wordings)


def comment(state: State) -> str:
    """Where a step comes from."""
    return f"{state.name} ({state.type})"
