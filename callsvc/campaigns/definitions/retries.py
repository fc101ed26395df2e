"""``retries``: how often a person is tried, and how long after which kind of try."""

from pydantic import Field

from callsvc.campaigns.definitions.part import Part


class Retries(Part):
    """Delays in minutes from the carrier's fact, by the kind of try (``Flags.retry_after``)."""

    most_tries: int = Field(3, ge=1, le=20)
    delays_minutes: dict[str, float] = Field(
        default_factory=lambda: {
            "no-answer": 120.0,
            "busy": 10.0,
            "machine": 240.0,
            "hung-up": 60.0,
            "failed": 5.0,
        }
    )
    default_minutes: float = Field(60, gt=0)
