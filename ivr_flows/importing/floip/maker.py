"""What every block needs in order to become a step."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ivr_flows.importing.draft import LONGEST_PROMPT, SILENCE, Draft, Step
from ivr_flows.importing.floip.container import Block, Value
from ivr_flows.importing.floip.expressions import words
from ivr_flows.importing.names import variable_name
from ivr_flows.importing.options import Options
from ivr_flows.importing.report import Entry
from ivr_flows.text import clean

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_VOICE = frozenset({"IVR"})
_WRITTEN = frozenset({"SMS", "TEXT", "USSD", "RICH_MESSAGING"})


@dataclass(slots=True)
class Maker:
    """``steps`` are the names of the steps by the id of the block; ``languages`` ours by the source's."""

    draft: Draft
    options: Options
    blocks: Mapping[str, Block]
    steps: Mapping[str, str]
    entries: Mapping[str, Entry]
    resources: Mapping[str, tuple[Value, ...]]
    languages: Mapping[str, str]
    flows: Mapping[str, str]

    def step(self, block: Block) -> str:
        return self.steps[block.uuid]

    def answer(self, block: Block) -> str:
        """The variable that keeps what a block found out."""
        return self.draft.know(variable_name("answers", self.step(block)))

    def name(self, path: str, block: Block | None = None) -> str:
        """A variable of the source as one of ours; user's table first."""
        given = self.options.names.get(path)
        parts = path.split(".")
        head, rest = parts[0].lower(), [part for part in parts[1:] if part not in ("value", "response")]
        if given:
            return self.draft.know(given)
        if head == "block" and block is not None and not rest:
            return self.answer(block)
        if head in ("flow", "results") and rest:
            asked = next(
                (each for each in self.blocks.values() if each.name.lower() == rest[0].lower()), None
            )
            step = self.steps[asked.uuid] if asked else rest[0]
            return self.draft.know(variable_name("answers", step, *rest[1:]))
        if head == "contact" and rest:
            return self.draft.know(variable_name(*parts))
        return self.draft.know(variable_name("floip", *parts))

    def target(self, uuid: str | None, entry: Entry) -> str | None:
        """The step for a block; None at an end."""
        if uuid is None:
            return None
        if uuid not in self.steps:
            entry.note(
                "approximated", f"It leads to the block {uuid[:40]!r}, which is not there: it ends there."
            )
        return self.steps.get(uuid)

    def to(self, uuid: str | None, entry: Entry) -> str:
        return self.target(uuid, entry) or self.draft.end()

    def leave(self, step: Step, uuid: str | None, entry: Entry) -> None:
        """Go on to a block, or end."""
        self.draft.leave(step, self.target(uuid, entry))

    def add(self, block: Block, step: Step) -> None:
        """Add the step of a block, with where it comes from."""
        self.entries[block.uuid].step = self.draft.add(self.step(block), step, comment(block))

    def todo(self, block: Block, entry: Entry, why: str) -> None:
        """Leave the block to be done by hand."""
        entry.note("todo", why)
        led = [(exit.name or "exit", self.target(exit.to, entry)) for exit in block.exits]
        outcomes = [(name, to) for name, to in led if to]
        self.add(block, self.draft.todo(f"{block.type} {block.name!r}: {why}", outcomes))

    def prompt(self, block: Block, entry: Entry, *parts: Any) -> str | None:
        """One prompt out of one resource or several in a row; None when nobody wrote any words."""
        wordings: dict[str, dict[str, str]] = {}
        for language in self.draft.languages:
            said = [self._wording(part, language, entry) for part in parts]
            spoken = [each for each in said if each]
            if spoken:
                wordings[language] = _joined(spoken)
        if not wordings:
            return None
        return self.draft.prompt(self.step(block), wordings)

    def question(self, block: Block, entry: Entry, *parts: Any) -> str:
        """The same for a question, which must have words."""
        found = self.prompt(block, entry, *parts)
        return found or self.draft.prompt(self.step(block), {self.draft.language: {"text": SILENCE}})

    def _wording(self, resource: Any, language: str, entry: Entry) -> dict[str, str]:
        """What a resource says in one language: the words for the ear, those for SMS, the recording."""
        if not isinstance(resource, str) or not resource.strip():
            return {}
        values = self.resources.get(resource)
        if values is None:
            if _UUID.fullmatch(resource.strip()):
                entry.note("approximated", f"The resource {resource.strip()} is not in the container.")
                return {}
            values = (Value("", "TEXT", (), resource),)
        mine = [v for v in values if self.languages.get(v.language, language) == language and v.value.strip()]
        texts = [v for v in mine if v.kind == "TEXT"]
        heard = _first(texts, _VOICE) or _first(texts, _WRITTEN) or next(iter(texts), None)
        read = _first(texts, _WRITTEN) or heard
        audio = next((v for v in mine if v.kind == "AUDIO"), None)
        wording = {"text": self._words(heard.value)} if heard else {}
        if read and heard and read.value != heard.value:
            wording["sms"] = self._words(read.value)
        if audio:
            name = audio.value.rsplit("/", 1)[-1]
            if _FILE.fullmatch(name):
                wording["audio"] = name
            wording.setdefault("text", f"({name[:100]})".replace("{", "").replace("}", ""))
            entry.note(
                "approximated",
                f"It plays a recording: bring {name[:100]} to the service, and check its words.",
            )
        return wording

    def _words(self, text: str) -> str:
        made = words(clean(text), self.name)
        return made if len(made) <= LONGEST_PROMPT else made[:LONGEST_PROMPT].rpartition(" ")[0]


def _first(values: list[Value], modes: frozenset[str]) -> Value | None:
    return next((value for value in values if modes & set(value.modes)), None)


def _joined(said: list[dict[str, str]]) -> dict[str, str]:
    made = {"text": " ".join(each["text"] for each in said)[:LONGEST_PROMPT]}
    if any("sms" in each for each in said):
        made["sms"] = " ".join(each.get("sms", each["text"]) for each in said)[:LONGEST_PROMPT]
    if len(said) == 1 and "audio" in said[0]:
        made["audio"] = said[0]["audio"]
    return made


def comment(block: Block) -> str:
    """Where a step comes from."""
    return f"{block.name} ({block.type})"
