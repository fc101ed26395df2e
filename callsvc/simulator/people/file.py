"""Files of people: JSON Lines (`.jsonl`), or JSON or YAML with a list of them, alone or under `people:`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from callsvc.simulator.lines import LinedFile

Where = Callable[[str], str]


def read_people(path: Path) -> Iterator[tuple[Where, Any]]:
    """Every entry, with a function from a field's path to `file, line N`; ValueError if unreadable."""
    if path.suffix in (".yaml", ".yml", ".json"):
        yield from _of_document(LinedFile.yaml(path))
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                facts = json.loads(line)
            except json.JSONDecodeError as problem:
                raise ValueError(f"{path.name}, line {number}: not JSON: {problem}") from problem
            yield _fixed(f"{path.name}, line {number}"), facts


def _of_document(file: LinedFile) -> Iterator[tuple[Where, Any]]:
    entries, root = file.value, []
    if isinstance(entries, dict) and "people" in entries:
        entries, root = entries["people"], ["people"]
    if not isinstance(entries, list):
        raise ValueError(f"{file.name}: write a list of people, or one under `people:`")
    for index, entry in enumerate(entries):
        yield _located(file, [*root, index]), json.loads(json.dumps(entry))


def _fixed(where: str) -> Where:
    return lambda _field: where


def _located(file: LinedFile, root: list[str | int]) -> Where:
    return lambda field: file.where(*root, *_steps(field))


def _steps(field: str) -> Iterator[str | int]:
    """`replies[0].press` is replies, 0, press."""
    for part in field.split("."):
        name, *indexes = part.split("[")
        yield name
        for index in indexes:
            yield int(index.rstrip("]")) if index.rstrip("]").isdigit() else index
