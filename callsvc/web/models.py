"""What every body of the API is made of: strict, frozen, and without fields nobody declared."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Asked(BaseModel):
    """What a caller sends. A misspelt name is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What we answer, read from rows and dataclasses by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class Problem(Told):
    """Why a request was refused (RFC 9457). `id` is stable: programs decide by it, people read `detail`."""

    type: str = Field(description="Where the id is explained, on the reference page.")
    title: str
    status: int
    detail: str = Field(description="A sentence that says what to do.")
    instance: str = Field(description="The path that was asked.")
    id: str = Field(description="Stable, kebab-case.", examples=["campaign-state"])
    message: str = Field(description="The same as `detail`, under its older name.")
    details: dict[str, Any] = Field(description="What else is known, by id.")


class Listed(Told):
    """Base of every page of a list."""

    next: str | None = Field(description="Path of the next page; null on the last.")


def _within_reach(at: datetime) -> datetime:
    """A filter from the year 1 means from the beginning; time zones cannot reckon there."""
    return min(max(at, _EARLIEST), _LATEST)


def _written_out(said: object) -> object:
    """A number of seconds is no instant: too many count from different beginnings."""
    written = isinstance(said, str) and re.match(r"\d{4}-\d{2}-\d{2}", said)
    if not (written or isinstance(said, datetime)):
        raise ValueError("write it out, such as 2020-11-16T08:00:00+01:00")
    return said


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_reach)]
"""An instant with its offset, such as `2020-11-16T08:00:00+01:00`, between 2000 and 2100."""


def _a_day(said: object) -> object:
    if not (isinstance(said, date) or (isinstance(said, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", said))):
        raise ValueError("write it out, such as 2020-11-16")
    return said


Day = Annotated[date, BeforeValidator(_a_day)]
"""A day in a body, such as `2020-11-16`; never a number of seconds."""


def _a_number(said: object) -> object:
    if isinstance(said, bool | str):
        raise ValueError("write a whole number")
    return said


WHOLE = BeforeValidator(_a_number)
Whole = Annotated[int, WHOLE]
"""A whole number in a body: 12, or 12.0 as some languages write it; never "12".

With bounds inside a union write ``Annotated[int, Field(ge=0, le=9), WHOLE]``: bounds that stand after the
validator do not reach the document.
"""

RegionCode = Annotated[
    str,
    Field(pattern=r"^([0-9A-Z]{2,3})?$", description="INSEE code of a region, such as 44.", examples=["44"]),
]
PlatformCode = Annotated[
    str,
    Field(
        pattern=r"^([0-9A-Z]{2,3})?$", description="A platform: a department, such as 67.", examples=["67"]
    ),
]
Name = Annotated[
    str, Field(pattern=r"^([a-z0-9][a-z0-9_-]{0,58})?$", description="A name such as tracing-2020-11.")
]
