"""``retries``: how often a person is tried, how long after which kind of try, and on which number."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from callsvc.core.yaml_files import Part

# What a try can have been, see ``Flags.retry_after``.
Kind = Literal["no-answer", "busy", "declined", "machine", "hung-up", "abandoned", "failed"]


class Policy(Part):
    """What follows a try of one kind.

    FIXED waits ``minutes`` each time; MULT multiplies them with each further try of the kind, up to
    ``most_minutes``. most_tries: of this kind; 0 = as many as ``retries.most_tries`` leaves.
    """

    minutes: float = Field(gt=0, le=14 * 24 * 60)
    mode: Literal["FIXED", "MULT"] = "FIXED"
    multiplier: float = Field(2.0, ge=1, le=10)
    most_minutes: float = Field(24 * 60, gt=0, le=14 * 24 * 60)
    most_tries: int = Field(0, ge=0, le=20)
    other_part_of_day: bool = (
        False  # the next try waits for another part, as ``spread.parts`` divides the day
    )
    number: Literal["other", "same"] = "other"  # which of the person's numbers is tried next
    sms: bool = False  # the text of ``sms_fallback`` follows such a try, once, while calls go on

    def delay(self, tries: int) -> timedelta:
        """From the end of the ``tries``-th try of this kind to the next try."""
        factor = self.multiplier ** (tries - 1) if self.mode == "MULT" else 1.0
        most = self.most_minutes if self.mode == "MULT" else self.minutes
        return timedelta(minutes=min(self.minutes * factor, most))


class Retries(Part):
    """Delays in minutes from the carrier's fact, by the kind of try; ``policies`` say more than a delay.

    most_tries: without an answer. completion_tries: further ones for whoever answered, when the call broke
    off before its end. redial_lock_minutes: rest of a number, for every robot of every campaign, after a call
    that was declined, or in which we let somebody down who had answered.
    """

    most_tries: int = Field(3, ge=1, le=20)
    completion_tries: int = Field(2, ge=0, le=20)
    delays_minutes: dict[str, float] = Field(
        default_factory=lambda: {
            "no-answer": 120.0,
            "busy": 10.0,
            "declined": 240.0,
            "machine": 240.0,
            "hung-up": 60.0,
            "failed": 5.0,
        }
    )
    default_minutes: float = Field(60, gt=0)
    policies: dict[Kind, Policy] = Field(default_factory=dict)
    redial_lock_minutes: float = Field(60, ge=0, le=7 * 24 * 60)

    def policy(self, kind: str) -> Policy:
        """The policy of a kind: its own, else its delay, else the default delay."""
        own = next((policy for name, policy in self.policies.items() if name == kind), None)
        return own or Policy(minutes=self.delays_minutes.get(kind, self.default_minutes))
