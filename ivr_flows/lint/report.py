"""Writing findings: the line and the place come from the path."""

from __future__ import annotations

from ivr_flows.definition import Definition
from ivr_flows.findings import Finding, Severity
from ivr_flows.reading import Path, place


def report(
    definition: Definition, id: str, path: Path, message: str, fix: str, *, severity: Severity = "error"
) -> Finding:
    """A finding at a path of the file, for example ``("steps", "start", "keys", "2")``."""
    return Finding(id, severity, definition.line(*path), place(path), message, fix)


def exit_path(step: str, exit: str) -> Path:
    """Where the file writes an exit: ``keys.1`` is under ``keys``, ``branch.0`` under its case."""
    parts: list[str | int] = [
        int(part) if exit.startswith("branch.") and part.isdigit() else part for part in exit.split(".")
    ]
    return ("steps", step, *parts)
