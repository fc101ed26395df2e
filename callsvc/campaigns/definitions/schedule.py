"""``schedule``: when a campaign starts and ends by itself."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from callsvc.core.errors import Invalid
from callsvc.core.yaml_files import Part

_LOCAL = r"^$|^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d$"
_FORM = "%Y-%m-%d %H:%M"


class Schedule(Part):
    """Local time of the installation (``CALLSVC_ZONE``), such as 2026-11-23 09:00; empty: by hand."""

    starts_at: str = Field("", pattern=_LOCAL)
    ends_at: str = Field("", pattern=_LOCAL)

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _a_day_there_is(cls, text: str) -> str:
        if text:
            datetime.strptime(text, _FORM)  # noqa: DTZ007 - a local time; its zone is the installation's
        return text

    @field_validator("ends_at")
    @classmethod
    def _later(cls, ends_at: str, info: Any) -> str:
        if ends_at and ends_at <= info.data.get("starts_at", ""):
            raise ValueError("a campaign ends after it starts")
        return ends_at


def instant_of(text: str, zone: ZoneInfo) -> datetime | None:
    """The instant of a local time; of one that there is twice, the first.

    ``schedule-time-unknown``  the clocks are put forward over it, so it never comes
    """
    if not text:
        return None
    local = datetime.strptime(text, _FORM).replace(tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).strftime(_FORM) != text:
        raise Invalid("schedule-time-unknown", f"The clocks go forward over {text}: choose another time.")
    return instant


def text_of(instant: datetime | None, zone: ZoneInfo) -> str:
    """The local time as the file writes it, to the minute.

    >>> text_of(datetime(2020, 11, 16, 8, 0, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    '2020-11-16 09:00'
    """
    return "" if instant is None else instant.astimezone(zone).strftime(_FORM)
