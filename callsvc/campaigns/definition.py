"""What a campaign is made of: the file that ``callsvc campaign apply`` reads, validated.

```yaml
id: tracing-2020-11
title: Suivi des contacts, novembre 2020
purpose: contact-tracing
flow: contact-tracing
caller_id: "+33162000100"
windows:
  - {days: [mon, tue, wed, thu, fri], from: "09:00", to: "20:00"}
pacing: {calls_per_second: 4, most_live: 80}
retries: {most_tries: 3, delays_minutes: {no-answer: 10, busy: 4, machine: 15}}
```
"""

import re
from datetime import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from callsvc.core.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Window(_Part):
    """Local time in the contact's own zone; ``to`` is exclusive and may be 24:00."""

    days: list[Day] = Field(min_length=1)
    opens: str = Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    closes: str = Field(alias="to", pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")

    @field_validator("closes")
    @classmethod
    def _later(cls, closes: str, info: Any) -> str:
        if closes <= info.data.get("opens", ""):
            raise ValueError("a window closes after it opens; write a night as two windows")
        return closes

    def minutes(self) -> tuple[int, int]:
        """Minutes since local midnight."""
        return _minutes(self.opens), _minutes(self.closes)


def _minutes(text: str) -> int:
    if text == "24:00":
        return 24 * 60
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


class Pacing(_Part):
    calls_per_second: float = Field(1.0, gt=0, le=100)
    most_live: int = Field(50, gt=0)
    most_waiting: int = Field(1000, ge=0)  # no new calls while more people than this wait for an agent


class Retries(_Part):
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


class Caps(_Part):
    per_number_24h: int = Field(3, ge=1)


class SmsFallback(_Part):
    """One SMS to a person whom no call reached; it names neither purpose nor health."""

    sender: str = Field(min_length=1)
    text: dict[str, str] = Field(min_length=1)


class CampaignFile(_Part):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,58}$")
    title: str = Field(min_length=1, max_length=200)
    purpose: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,58}$")
    flow: str
    flow_version: str = ""
    channel: Literal["voice", "sms"] = "voice"  # sms: the flow is held by text messages, nobody is called
    caller_id: str = Field(pattern=r"^\+[1-9]\d{6,14}$")
    sms_sender: str = ""
    preset: Literal["public-health", "france-commercial", "none"] = "public-health"
    windows: list[Window] = Field(min_length=1)
    call_on_holidays: bool = False
    machine_detection: Literal["", "Enable", "DetectMessageEnd"] = "DetectMessageEnd"  # speak after the beep
    ring_timeout_s: int = Field(30, ge=5, le=600)
    pacing: Pacing = Pacing()
    retries: Retries = Retries()
    caps: Caps = Caps()
    consent_bases: list[str] = Field(default_factory=lambda: ["public-interest", "consent"])
    sms_fallback: SmsFallback | None = None
    standing: bool = False  # never completes by itself: people come in all day
    most_calls_a_day: int = Field(0, ge=0)  # 0 = no budget set


def read_campaign(text: str) -> CampaignFile:
    """A validated file, or ``campaign-file-invalid`` with every place and what is wrong there."""
    try:
        raw = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, RecursionError) as error:  # the latter: brackets in brackets, by the thousand
        raise Invalid("campaign-file-invalid", f"The file is not YAML: {_one_line(error)}") from None
    if not isinstance(raw, dict):
        raise Invalid(
            "campaign-file-invalid", "The file must be a mapping of settings, such as id: my-campaign."
        )
    try:
        return CampaignFile.model_validate(raw)
    except ValidationError as error:
        problems = [
            {"place": ".".join(str(part) for part in problem["loc"]), "problem": problem["msg"]}
            for problem in error.errors()
        ]
        said = "; ".join(f"{problem['place']}: {problem['problem']}" for problem in problems)
        raise Invalid(
            "campaign-file-invalid", f"Correct the campaign file: {said}", problems=problems
        ) from None


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error)).strip()
