"""A scenario file: who is on duty, who calls, what goes wrong, and which policies are compared.

```yaml
title: Grand Est takes three times its calls
staffing: {agents: 600, load: 0.8}
spikes:
  - {regions: ["44"], times: 3, from: 3, to: 6}
measured: {from: 3, to: 6}
```

Hours are counted from the opening. Without ``regions``, the eighteen of France share ``staffing`` by
population.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import Field, TypeAdapter, model_validator

from callsvc.campaigns.definitions.retries import Retries
from callsvc.core.errors import NotFound
from callsvc.core.text_files import text_of
from callsvc.core.yaml_files import Part, checked, mapping_in
from callsvc.planning.twin.agreed import AgreementPart, OrderPart
from callsvc.planning.twin.campaigns import CampaignPart
from callsvc.planning.twin.france import NAMES
from callsvc.planning.twin.parts import Code, Hours, OptOut, Somewhere
from callsvc.planning.twin.recordings import Recording, read_recording
from callsvc.routing.rules.terms import Terms

__all__ = ["POLICIES", "Hours", "Policy", "Scenario", "load_scenario", "names", "read_scenario"]

LIBRARY: Final = Path(__file__).parent / "library"
Policy = Literal[
    "isolated",
    "cascade-30-60",
    "cascade-10-15",
    "pooled",
    "home-first",
    "ours",
    "home-first-callbacks",
    "ours-callbacks",
]
POLICIES: Final[tuple[Policy, ...]] = get_args(Policy)
_TERMS: Final = TypeAdapter(Terms)
_MERGED: Final = ("people", "terms", "callbacks")


class Spike(Somewhere):
    times: float = Field(gt=0, le=100)


class Shift(Somewhere):
    """Agents on duty, as a multiple of the usual."""

    times: float = Field(ge=0, le=20)


class People(Part):
    patience_s: float = Field(150.0, gt=0)
    handle_s: float = Field(540.0, gt=0)
    handle: Literal["lognormal", "exponential"] = "lognormal"
    handle_cv: float = Field(0.8, ge=0, le=5, description="of the lognormal")
    aid_slower: float = Field(1.1, ge=0.5, le=5)


class Staffing(Part):
    """``load`` in erlangs an agent; with ``alone``, in all, and each region has what answers 80 % in 20 s."""

    agents: int = Field(600, ge=1, le=100_000)
    load: float = Field(0.8, gt=0)
    alone: bool = False


class RegionPart(Part):
    code: Code
    name: str = ""
    agents: int = Field(ge=0, le=100_000)
    load: float = Field(ge=0, description="erlangs offered on a usual day")
    floor: float | None = Field(None, gt=0, lt=1, description="of its own calls in time; none: the terms'")
    reserve: int | None = Field(None, ge=0, description="idle agents it always keeps; none: from its floor")


class CallbackPart(Part):
    after_s: float = Field(8.0, ge=0)
    accepted: float = Field(0.5, ge=0, le=1)
    reached: float = Field(0.8, ge=0, le=1)
    vain_s: float = Field(45.0, ge=0)
    retries: Retries | None = Field(None, description="of a campaign's file; none: nobody is tried again")


class Seeds(Part):
    first: int = 1
    count: int = Field(20, ge=1, le=1000)


class Scenario(Part):
    title: str = Field(min_length=1, max_length=200)
    hours: float = Field(10.0, gt=0, le=48)
    measured: Hours = Hours()
    people: People = People()
    staffing: Staffing = Staffing()
    regions: list[RegionPart] = Field(default_factory=list)
    curve: list[float] = Field(default_factory=list, description="arrivals of each half hour over the usual")
    spikes: list[Spike] = Field(default_factory=list)
    shifts: list[Shift] = Field(default_factory=list)
    opt_outs: list[OptOut] = Field(default_factory=list)
    callbacks: CallbackPart = CallbackPart()
    campaigns: list[CampaignPart] = Field(default_factory=list, description="calls the service makes itself")
    terms: dict[str, Any] = Field(default_factory=dict)
    agreements: list[AgreementPart] | None = Field(None, description="none: each helps each")
    orders: list[OrderPart] = Field(default_factory=list)
    recorded: str = Field("", description="a recorded day, or a CSV of one: at_s, region, handle_s")
    day: Recording | None = Field(None, description="the recorded day itself")
    policies: list[Policy] = Field(default_factory=lambda: list(POLICIES[:6]), min_length=1)
    seeds: Seeds = Seeds()

    @model_validator(mode="after")
    def _known(self) -> "Scenario":
        codes = {region.code for region in self.regions} or set(NAMES)
        if self.regions and len(codes) < len(self.regions):
            raise ValueError("regions: each code once")
        named: Sequence[Somewhere] = [*self.spikes, *self.shifts, *self.opt_outs, *self.campaigns]
        said = {code for part in named for code in part.regions}
        said |= {code for one in self.agreements or () for code in (one.aided_region, one.aiding_region)}
        unknown = sorted((said | {code for one in self.orders for code in (one.aided, one.aiding)}) - codes)
        if unknown:
            known = ", ".join(sorted(codes))
            raise ValueError(f"no region has the code {', '.join(unknown)}; there are {known}")
        if self.campaigns and self.recorded:
            raise ValueError("campaigns: those of a recorded day are in its calls already")
        self.chosen_terms()
        return self

    def chosen_terms(self, **more: Any) -> Terms:
        """Our router's terms in this scenario."""
        choices = {field.name for field in fields(Terms)}
        if wrong := sorted(set(self.terms) - choices):
            raise ValueError(f"terms: {', '.join(wrong)} is none of {', '.join(sorted(choices))}")
        return _TERMS.validate_python(more | self.terms)


def read_scenario(text: str) -> Scenario:
    """A validated scenario, or ``scenario-invalid`` with every place and what is wrong there."""
    return make_scenario(mapping_in(text, "scenario-invalid", begins="title: A quiet day"))


def make_scenario(raw: Mapping[str, Any]) -> Scenario:
    """The same from what was read; a recorded day gives whatever the scenario does not say."""
    recorded = raw.get("recorded")
    if isinstance(recorded, str) and recorded.endswith((".yaml", ".yml", ".json")):
        raw = with_day(read_recording(Path(recorded)), raw)
    return checked(Scenario, raw, "scenario-invalid", "scenario")


def with_day(recording: Recording, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario of this day, with what ``raw`` says in its place."""
    said = recording.scenario()
    for name in _MERGED:
        chosen = raw.get(name, {})
        said[name] = said.get(name, {}) | chosen if isinstance(chosen, dict) else chosen
    return said | {name: value for name, value in raw.items() if name not in _MERGED} | {"day": recording}


def names() -> list[str]:
    """The scenarios that are shipped."""
    return sorted(path.stem for path in LIBRARY.glob("*.yaml"))


def load_scenario(name: str) -> Scenario:
    """A file, or one of the shipped by name; ``scenario-unknown`` when it is neither."""
    path = LIBRARY / f"{name}.yaml" if name in names() else Path(name)
    if not path.is_file():
        raise NotFound(
            "scenario-unknown", f"There is no file {name}; the scenarios shipped are {', '.join(names())}."
        )
    return read_scenario(text_of(path))
