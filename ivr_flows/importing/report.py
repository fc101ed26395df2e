"""What became of everything that was imported: one entry for each state, none without a sentence."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Fate = Literal["kept", "approximated", "todo", "dropped"]
FATES: tuple[Fate, ...] = ("kept", "approximated", "dropped", "todo")
"""From the best to the worst; an entry has the worst of what was said of it."""


@dataclass(slots=True)
class Entry:
    """One state of the source: ``step`` is what it became, None when nothing did."""

    source: str
    kind: str
    fate: Fate = "kept"
    step: str | None = None
    said: list[str] = field(default_factory=list)

    def note(self, fate: Fate, sentence: str) -> None:
        """Add a sentence, and lower the fate if it is worse."""
        if sentence not in self.said:
            self.said.append(sentence)
        self.fate = max(self.fate, fate, key=FATES.index)


@dataclass(slots=True)
class Report:
    """The entries in the order of the source; ``general`` is about the flow as a whole."""

    entries: list[Entry] = field(default_factory=list)
    general: list[str] = field(default_factory=list)

    def entry(self, source: str, kind: str) -> Entry:
        """Open the entry of a state."""
        self.entries.append(Entry(source, kind))
        return self.entries[-1]

    def say(self, sentence: str) -> None:
        """Add a sentence about the whole."""
        if sentence not in self.general:
            self.general.append(sentence)

    def counts(self) -> dict[str, int]:
        """How many states had each fate."""
        return {fate: sum(entry.fate == fate for entry in self.entries) for fate in FATES}

    def as_data(self) -> dict[str, Any]:
        """The report as plain JSON."""
        entries = [asdict(entry) for entry in self.entries]
        return {"counts": self.counts(), "general": list(self.general), "states": entries}

    def as_json(self) -> str:
        """The report as JSON text."""
        return json.dumps(self.as_data(), ensure_ascii=False, indent=2)

    def as_text(self) -> str:
        """The report for people: the count first, then one line for each sentence."""
        counts = ", ".join(f"{count} {fate}" for fate, count in self.counts().items() if count)
        lines = [f"{len(self.entries)} states: {counts or 'none'}", *self.general]
        for entry in self.entries:
            became = f" -> {entry.step}" if entry.step else ""
            lines.append(f"{entry.fate:12} {entry.source} ({entry.kind}){became}")
            lines += [f"{'':12}   {sentence}" for sentence in entry.said]
        return "\n".join(lines)
