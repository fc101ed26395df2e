"""``pacing``: how fast a campaign calls."""

from pydantic import Field

from callsvc.core.yaml_files import Part


class Pacing(Part):
    """Set-ups a second, calls at once, and the queue of people waiting for agents that stops new calls.

    Where several campaigns want more than the carrier's limit, they share it by ``weight``.
    """

    calls_per_second: float = Field(1.0, gt=0, le=100)
    most_live: int = Field(50, gt=0)
    weight: float = Field(1.0, gt=0, le=100)
    most_waiting: int = Field(1000, ge=0)  # no new calls while more people than this wait for an agent
