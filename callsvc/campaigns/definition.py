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

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from callsvc.campaigns.definitions.announcing import Announcement
from callsvc.campaigns.definitions.budget import Budget
from callsvc.campaigns.definitions.caps import Caps
from callsvc.campaigns.definitions.fallback import SmsFallback, VoiceFallback
from callsvc.campaigns.definitions.pacing import Pacing
from callsvc.campaigns.definitions.retries import Retries
from callsvc.campaigns.definitions.schedule import Schedule
from callsvc.campaigns.definitions.spread import Spread
from callsvc.campaigns.definitions.texting import Texting
from callsvc.campaigns.definitions.windows import Window
from callsvc.core.yaml_files import Part, checked, mapping_in

NumberKind = Literal["mobile", "fixed", "voip", "other"]
NUMBER_KINDS: tuple[NumberKind, ...] = ("mobile", "fixed", "voip", "other")


class CampaignFile(Part):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,58}$")
    title: str = Field(min_length=1, max_length=200)
    purpose: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,58}$")
    flow: str
    flow_version: str = ""
    channel: Literal["voice", "sms"] = "voice"  # sms: the flow is held by text messages, nobody is called
    mode: Literal["automatic", "preview"] = "automatic"  # preview: an agent sees each person, then calls
    caller_id: str = Field("", pattern=r"^(\+[1-9]\d{6,14})?$")  # one number, or a pool of them
    caller_pool: str = Field("", max_length=60)
    sms_sender: str = ""
    sms_pool: str = Field("", max_length=60)
    preset: Literal["public-health", "france-commercial", "none"] = "public-health"
    windows: list[Window] = Field(min_length=1)
    call_on_holidays: bool = False
    machine_detection: Literal["", "Enable", "DetectMessageEnd"] = "DetectMessageEnd"  # speak after the beep
    ring_timeout_s: int = Field(30, ge=5, le=600)
    schedule: Schedule = Schedule()
    pacing: Pacing = Pacing()
    retries: Retries = Retries()
    caps: Caps = Caps()
    spread: Spread = Spread()
    budget: Budget = Budget()
    worth_days: int = Field(0, ge=0, le=366)  # since somebody was reported; then too-old. 0 = always
    consent_bases: list[str] = Field(default_factory=lambda: ["public-interest", "consent"])
    consent_valid_days: int = Field(0, ge=0, le=3660)  # of the basis consent, from its date; 0 = for ever
    countries: list[str] = Field(default_factory=list)  # of those the settings allow; empty = all of them
    number_kinds: list[NumberKind] = Field(default_factory=lambda: [*NUMBER_KINDS])
    sms: Texting = Texting()
    announce: Announcement | None = None
    sms_fallback: SmsFallback | None = None
    voice_fallback: VoiceFallback | None = None
    households: Literal["together", "apart"] = "together"  # together: one call covers all who share a number
    standing: bool = False  # never completes by itself: people come in all day
    most_calls_a_day: int = Field(0, ge=0)  # 0 = no budget set
    retention_days: int = Field(
        0, ge=0, le=3660
    )  # from its end; then people are forgotten. 0 = the settings'


def read_campaign(text: str) -> CampaignFile:
    """A validated file, or ``campaign-file-invalid`` with every place and what is wrong there."""
    return checked_file(settings_in(text))


def settings_in(text: str) -> dict[str, Any]:
    """The settings that a file names, one of which need not make a campaign; ``campaign-file-invalid``."""
    return mapping_in(text, "campaign-file-invalid", begins="id: my-campaign")


def checked_file(raw: Mapping[str, Any]) -> CampaignFile:
    """The same of settings that are read already."""
    return checked(CampaignFile, raw, "campaign-file-invalid", "campaign file")
