"""What every part of a campaign's file has in common: nothing unknown in it, nothing changes it."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A mapping in the file. A key nobody knows is refused, so that a misspelt setting is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
