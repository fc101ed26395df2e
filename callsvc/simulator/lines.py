"""YAML (and so JSON) files read with the line of every entry, so that a refusal can say where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError


class LinedFile:
    """What a file holds, and where."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.value = value

    @classmethod
    def yaml(cls, path: Path) -> LinedFile:
        """Read a file; ValueError with the line when it is no YAML."""
        try:
            return cls(path.name, YAML(typ="rt").load(path.read_text(encoding="utf-8")))
        except MarkedYAMLError as problem:
            mark = problem.problem_mark
            line = f", line {mark.line + 1}" if mark else ""
            raise ValueError(f"{path.name}{line}: {problem.problem or 'not YAML'}") from problem

    def where(self, *path: str | int) -> str:
        """`file, line N` of the deepest entry on that path that exists; the first line is 1."""
        at, line = self.value, None
        for step in path:
            marks = getattr(at, "lc", None)
            try:
                line = (marks.key(step) if isinstance(at, dict) else marks.item(step))[0] if marks else line
                at = at[step]
            except (KeyError, IndexError, TypeError, AttributeError):
                break
        return self.name if line is None else f"{self.name}, line {line + 1}"
