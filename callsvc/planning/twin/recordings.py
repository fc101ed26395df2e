"""A day as it was, without anybody in it: who called when, how long they waited, who was on duty, who lent.

A call is a row of six: seconds from the start of the day, home region, seconds it kept an agent (null:
nobody answered), seconds waited, how it left the queue, and the region that answered. No name, no number, no
id. What the day did not show is drawn by seed: how much longer than they waited those would have waited who
were answered, and how long those would have talked who were not.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from callsvc.core.errors import NotFound
from callsvc.core.text_files import text_of
from callsvc.core.yaml_files import Part, checked, loaded
from callsvc.planning.twin.agreed import AgreementPart, OrderPart
from callsvc.planning.twin.parts import Code, OptOut
from callsvc.planning.twin.traces import Trace

Seconds = Annotated[float, Field(ge=0)]
Left = Literal["connected", "hung-up", "callback", "unavailable", "waiting"]
Row = tuple[Seconds, Code, Seconds | None, Seconds, Left, str]

ENOUGH: Final = 20
"""Answered calls of a region from which its own handling times are drawn for those not answered."""


class RecordedRegion(Part):
    code: Code
    name: str = ""
    floor: float | None = Field(None, gt=0, lt=1)
    reserve: int | None = Field(None, ge=0)
    staffing: list[tuple[Seconds, Annotated[int, Field(ge=0)]]] = Field(
        default_factory=list, description="from this second on, so many agents on duty"
    )


class Recording(Part):
    """One day."""

    day: date
    starts_at: datetime
    hours: float = Field(gt=0, le=48)
    patience_s: float = Field(gt=0, description="mean, from who gave up and who might have")
    handle_s: float = Field(gt=0, description="mean of calls answered at home")
    slowness: float = Field(1.0, gt=0, description="aid over work at home, as it was")
    ring_s: float = Field(0.0, ge=0, description="mean, from the offer to the conversation")
    callbacks_accepted: float = Field(
        0.0, ge=0, le=1, description="of those who waited long enough for an offer"
    )
    regions: list[RecordedRegion] = Field(min_length=1)
    agreements: list[AgreementPart] = Field(default_factory=list)
    orders: list[OrderPart] = Field(default_factory=list)
    opt_outs: list[OptOut] = Field(default_factory=list)
    terms: dict[str, Any] = Field(
        default_factory=dict, description="the administrator's, where not the usual"
    )
    calls: list[Row] = Field(default_factory=list)

    @model_validator(mode="after")
    def _known(self) -> "Recording":
        codes = {region.code for region in self.regions}
        if len(codes) < len(self.regions):
            raise ValueError("regions: each code once")
        if unknown := {row[1] for row in self.calls} - codes:
            raise ValueError(f"calls: no region has the code {', '.join(sorted(unknown))}")
        return self

    def staffing(self, code: str) -> list[tuple[float, int]]:
        """(second of the day, agents on duty from then on) of a region."""
        return next((list(region.staffing) for region in self.regions if region.code == code), [])

    def on_duty(self, code: str, at_s: float) -> int:
        """Agents on duty there at this second."""
        return next((agents for since, agents in reversed(self.staffing(code)) if since <= at_s), 0)

    def scenario(self) -> dict[str, Any]:
        """What a scenario of this day says where nobody says otherwise."""
        return {
            "title": f"{self.day}, replayed",
            "hours": self.hours,
            "people": {
                "patience_s": self.patience_s, "handle_s": self.handle_s, "aid_slower": self.slowness
            },
            "regions": [self._part(one) for one in self.regions],
            "callbacks": {"accepted": self.callbacks_accepted},
            "agreements": list(self.agreements),
            "orders": list(self.orders),
            "opt_outs": list(self.opt_outs),
            "terms": dict(self.terms),
        }  # fmt: skip

    def _part(self, one: RecordedRegion) -> dict[str, Any]:
        """A region of the scenario: most agents on duty, erlangs offered over the whole day."""
        calls = sum(row[1] == one.code for row in self.calls)
        return {
            "code": one.code,
            "name": one.name,
            "agents": max((agents for _, agents in one.staffing), default=0),
            "load": calls * self.handle_s / (self.hours * 3600),
            "floor": one.floor,
            "reserve": one.reserve,
        }

    @cached_property
    def handled(self) -> dict[str, list[float]]:
        """Seconds each answered call kept an agent, as it would have at home; '' is the country."""
        found: defaultdict[str, list[float]] = defaultdict(list)
        for _, region, handle_s, _, _, by in self.calls:
            if handle_s is not None:
                needs = handle_s / self.slowness if by not in (region, "") else handle_s
                found[region].append(needs)
                found[""].append(needs)
        return dict(found)

    def handling(self, code: str) -> float:
        """Mean handling time of its calls; of the country where too few were answered."""
        pool = self.handled.get(code, [])
        return fmean(pool) if len(pool) >= ENOUGH else self.handle_s

    def trace(self, codes: Sequence[str], seed: int) -> Trace:
        """The calls as they came; what the day did not show is drawn."""
        random = Random(seed)  # noqa: S311 - a simulation is meant to be repeatable
        index = {code: number for number, code in enumerate(codes)}
        return Trace([self._call(row, index, random) for row in sorted(self.calls, key=lambda row: row[0])])

    def _call(
        self, row: Row, index: dict[str, int], random: Random
    ) -> tuple[float, int, float, float, float, float]:
        at, region, handle_s, waited, left, by = row
        more, accepts, reached = random.expovariate(1 / self.patience_s), random.random(), random.random()
        pool = self.handled.get(region, [])
        drawn = random.choice(pool if len(pool) >= ENOUGH else self.handled.get("", [self.handle_s]))
        needs = drawn
        if handle_s is not None:
            needs = handle_s / self.slowness if by not in (region, "") else handle_s
        return at, index[region], waited if left == "hung-up" else waited + more, needs, accepts, reached


def read_recording(path: Path) -> Recording:
    """A recorded day, or ``recording-unknown``, ``recording-invalid`` with every place and what is wrong."""
    if not path.is_file():
        raise NotFound("recording-unknown", f"There is no file {path}; callsvc twin record DAY writes one.")
    raw = _loaded(text_of(path))
    return checked(Recording, raw, "recording-invalid", "recorded day")


def _loaded(text: str) -> Any:
    """JSON is YAML, and read a hundred times as fast."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return loaded(text, "recording-invalid")


def written(recording: Recording) -> str:
    """The file: YAML that is JSON, too, one call a line."""
    values = recording.model_dump(mode="json")
    calls = values.pop("calls")
    head = json.dumps(values, indent=1, ensure_ascii=False)[:-2]
    rows = ",\n".join("  " + json.dumps(row, separators=(", ", ": ")) for row in calls)
    return f'{head},\n "calls": [\n{rows}\n ]\n}}\n' if rows else f'{head},\n "calls": []\n}}\n'
