"""What an audit says: one result a check, with counts, figures and the ids of what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SHOWN = 20  # offenders listed in the text form; JSON has them all


@dataclass(frozen=True)
class Offence:
    """``subject`` is an id or a SID, never a number or a name."""

    subject: str
    why: str


@dataclass
class CheckResult:
    """``id`` is stable: tests, documents and dashboards name it."""

    id: str
    claim: str
    examined: int = 0
    offences: list[Offence] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return not self.offences

    def accuse(self, subject: str, why: str) -> None:
        self.offences.append(Offence(subject, why))


@dataclass(frozen=True)
class AuditResult:
    checks: Sequence[CheckResult]
    tolerance_s: float  # lived seconds allowed for the latency of real machines under a scaled clock

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "tolerance_s": self.tolerance_s,
            "checks": [
                {
                    "id": check.id,
                    "claim": check.claim,
                    "passed": check.passed,
                    "examined": check.examined,
                    "offences": [{"subject": item.subject, "why": item.why} for item in check.offences],
                    "figures": check.figures,
                    "notes": check.notes,
                }
                for check in self.checks
            ],
        }

    def as_text(self) -> str:
        lines = [f"Tolerance for the clock's scale: {self.tolerance_s:.1f} s lived."]
        for check in self.checks:
            verdict = "ok  " if check.passed else "FAIL"
            lines.append(f"{verdict}  {check.id:<15} {check.claim} ({check.examined} examined)")
            lines += [f"        {name}: {value:g}" for name, value in check.figures.items()]
            lines += [f"        {item.subject}: {item.why}" for item in check.offences[:SHOWN]]
            if len(check.offences) > SHOWN:
                lines.append(f"        ... and {len(check.offences) - SHOWN} more (--format json lists all)")
            lines += [f"        note: {note}" for note in check.notes]
        lines.append("PASSED: our books and the carrier's agree." if self.passed else "FAILED.")
        return "\n".join(lines)
