"""``caps``: how often one number may be called, over every campaign."""

from pydantic import Field

from callsvc.core.yaml_files import Part


class Caps(Part):
    """Claims of one number within any 24 hours, 7 and 30 days, by every campaign; 0 = no such cap."""

    per_number_24h: int = Field(3, ge=1)
    per_number_7d: int = Field(10, ge=0)
    per_number_30d: int = Field(20, ge=0)
