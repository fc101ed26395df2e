"""``caps``: how often one number may be called, over every campaign."""

from pydantic import Field

from callsvc.campaigns.definitions.part import Part


class Caps(Part):
    """Claims of one number that are not proven unplaced, over every campaign."""

    per_number_24h: int = Field(3, ge=1)
