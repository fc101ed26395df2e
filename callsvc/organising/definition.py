"""The organisation as a file, which ``callsvc organisation apply`` reads.

```yaml
regions:
  "44": {name: Grand Est, zone: Europe/Paris, pool_below: 20, reserve: 2}
platforms:
  "67":
    name: Bas-Rhin
    region: "44"
    hours:
      - {days: [mon, tue, wed, thu, fri], from: "08:00", to: "20:00"}
      - {days: [sat], from: "09:00", to: "12:00"}
    closed_on_holidays: true
    script: {fr: "Bonjour, entraide pour le Bas-Rhin.", en: "Hello, on behalf of Bas-Rhin."}
    links: [{title: Sites de test, url: "https://example.org/tests"}]
    exceptions:
      - {day: 2020-12-24, from: "08:00", to: "16:00"}
      - {day: 2020-12-31}                                  # closed
agreements:
  - {aided: "44", aiding: "11", rank: 1, activate_wait_s: 10, release_wait_s: 5, cap: 10,
     hours: [{days: [mon, tue], from: "08:00", to: "18:00"}]}   # on the helper's clock; any time without
back_offices:
  - {platform: "67", team: Niveau 2, themes: [social, mental-health]}   # second level, see queues.md
```

What the file names is made as it says; what it does not name stays as it is.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from callsvc.core.weekdays import WEEKDAYS, Weekday
from callsvc.core.yaml_files import Part, checked, mapping_in
from callsvc.platforms.rules import DEFAULT_POOL_BELOW, Week, Window

Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{2,3}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Words = Annotated[str, Field(min_length=1, max_length=600)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]


class RegionPart(Part):
    name: str = Field(min_length=1, max_length=60)
    zone: str = "Europe/Paris"
    pool_below: int = Field(DEFAULT_POOL_BELOW, ge=0, le=500)
    reserve: int | None = Field(None, ge=0)  # idle agents kept for its own; computed when not declared
    floor: float | None = Field(None, gt=0, lt=1)  # share of its own calls in time that it never gives away
    opted_out: bool | None = None
    # What callers hear by occasion and language: nobody is there, or too many call.
    messages: dict[Literal["closed", "overflow"], dict[Language, Words]] | None = None


class HoursPart(Part):
    days: tuple[Weekday, ...] = Field(WEEKDAYS, min_length=1)
    opens: Clock = Field(alias="from")
    closes: Clock = Field(alias="to")


class ExceptionPart(Part):
    day: date
    opens: Clock | None = Field(None, alias="from")
    closes: Clock | None = Field(None, alias="to")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.opens is None) is not (self.closes is None):
            raise ValueError("give both from: and to:, or neither for a day on which it is closed")
        return self


class LinkPart(Part):
    title: str = Field(min_length=1, max_length=80)
    url: str = Field(pattern=r"^https://[^\s<>\"']+$", max_length=300)


class PlatformPart(Part):
    name: str = Field(min_length=1, max_length=80)
    region: Code
    pool: str = Field("", pattern=r"^[a-z0-9-]{0,20}$")
    hours: tuple[HoursPart, ...] = (HoursPart(days=WEEKDAYS, opens="08:00", closes="20:00"),)
    closed_on_holidays: bool = False
    exceptions: tuple[ExceptionPart, ...] = Field((), max_length=400)
    national: bool = False
    script: dict[Language, str] = Field(default_factory=dict)  # what an agent of elsewhere says and knows
    links: tuple[LinkPart, ...] = Field((), max_length=20)

    def card(self) -> dict[str, Any] | None:
        if not (self.script or self.links):
            return None
        return {"script": dict(self.script), "links": [one.model_dump() for one in self.links]}

    def week(self, zone: str) -> Week:
        windows: dict[int, tuple[Window, ...]] = {}
        for part in self.hours:
            for day in part.days:
                number = WEEKDAYS.index(day)
                windows[number] = (*windows.get(number, ()), (part.opens, part.closes))
        exceptions: dict[date, tuple[Window, ...]] = {
            one.day: ((one.opens, one.closes),) if one.opens and one.closes else () for one in self.exceptions
        }
        return Week(windows=windows, zone=zone, exceptions=exceptions)


class AgreementPart(Part):
    aided: Code
    aiding: Code
    rank: int = Field(1, ge=1, le=99)
    activate_wait_s: int = Field(10, ge=0)
    release_wait_s: int = Field(5, ge=0)
    cap: int = Field(10, ge=0)
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    hours: tuple[HoursPart, ...] = ()  # by the clock of the aiding region; none: at any time

    def terms(self) -> dict[str, Any]:
        """As ``routing.service.put_agreement`` takes them."""
        week: dict[str, list[list[str]]] = {}
        for part in self.hours:
            for day in part.days:
                week.setdefault(str(WEEKDAYS.index(day)), []).append([part.opens, part.closes])
        return self.model_dump(exclude={"hours"}) | {"hours": week or None}

    @model_validator(mode="after")
    def _instants(self) -> Self:
        if any(at is not None and at.tzinfo is None for at in (self.starts_at, self.ends_at)):
            raise ValueError("write instants with their offset: 2020-11-16T08:00:00+01:00")
        return self


class BackOfficePart(Part):
    platform: Code
    team: str = Field(min_length=1, max_length=80)
    themes: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,35}$")], ...]  # all it opted in for


class OrganisationFile(Part):
    regions: dict[Code, RegionPart] = Field(default_factory=dict)
    platforms: dict[Code, PlatformPart] = Field(default_factory=dict)
    agreements: tuple[AgreementPart, ...] = ()
    back_offices: tuple[BackOfficePart, ...] = ()


def read_organisation(text: str) -> OrganisationFile:
    """A validated file, or ``organisation-file-invalid`` with every place and what is wrong there."""
    raw = mapping_in(text, "organisation-file-invalid", begins="regions: {}")
    return checked(OrganisationFile, raw, "organisation-file-invalid", "file")
