"""What is wrong with a flow, said so that its owner can put it right.

Errors of this package (all carry a stable ``id``)::

    FlowError
      FlowInvalid          the text cannot become a definition; carries every finding
      FlowVersionMismatch  a session was resumed with another version than it began with
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from ivr_flows.saying import in_language

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of one flow.

    ``line`` counts from 1 in the text that was loaded; ``place`` is the dotted path in the file.

    >>> str(Finding("dangling-target", "error", 24, "steps.start.keys.2", "no step 'wrong'", "add it"))
    "24: error dangling-target at steps.start.keys.2: no step 'wrong' (add it)"
    """

    id: str
    severity: Severity
    line: int
    place: str
    message: str
    fix: str

    def __str__(self) -> str:
        where = f"{self.severity} {self.id} at {self.place or 'the top'}"
        return f"{self.line}: {where}: {self.message} ({self.fix})"

    def spoken(self, language: str) -> Finding:
        """The same, with its sentences in this language (:mod:`ivr_flows.saying`)."""
        message, fix = in_language(self.message, language), in_language(self.fix, language)
        return replace(self, message=message, fix=fix)

    def as_dict(self) -> dict[str, str | int]:
        """The finding as plain JSON, for ``--format json`` and the console."""
        return {**asdict(self), "message": str(self.message), "fix": str(self.fix)}


class FlowError(Exception):
    """The base of every error of this package."""

    id = "flow-error"


class FlowInvalid(FlowError, ValueError):
    """The text is not a flow; ``findings`` says where and why, all at once."""

    id = "flow-invalid"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(findings, key=lambda finding: (finding.line, finding.id))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class FlowVersionMismatch(FlowError, ValueError):
    """A running session stays on the version it began with; give ``resume`` that version."""

    id = "flow-version-mismatch"
