"""Who may help whom in the twin, and who lends on purpose, between which hours of the day."""

from collections.abc import Callable, Sequence

from pydantic import Field

from callsvc.core.yaml_files import Part
from callsvc.planning.twin.day import Day
from callsvc.planning.twin.parts import Code, Hours
from callsvc.planning.twin.queues import Queued
from callsvc.routing.rules.pacts import agree
from callsvc.routing.rules.terms import Terms

HOUR = 3600.0


class AgreementPart(Part):
    """``aiding`` takes calls of ``aided``; waits are predicted waits at home, in seconds."""

    aided_region: Code = Field(alias="aided")
    aiding_region: Code = Field(alias="aiding")
    rank: int = Field(1, ge=1, le=99)
    activate_wait_s: int = Field(10, ge=0, le=3600)
    release_wait_s: int = Field(5, ge=0, le=3600)
    cap: int = Field(10, ge=0, le=10_000)
    during: list[Hours] = Field(default_factory=list, description="hours of the day; none: all day")

    def holds(self, hour: float) -> bool:
        """Is it in force at this hour of the day?"""
        return not self.during or any(one.holds(hour) for one in self.during)


class OrderPart(Hours):
    """Agents lent on purpose, between two hours of the day."""

    aided: Code
    aiding: Code
    agents: int = Field(ge=1, le=1000)


def everybody(codes: Sequence[str], terms: Terms) -> list[AgreementPart]:
    """What no agreement at all stands for: each helps each, on the usual terms."""
    return [
        AgreementPart(
            aided_region=aided, aiding_region=aiding, activate_wait_s=int(terms.activate_s),
            release_wait_s=int(terms.release_s), cap=10_000,
        )
        for aided in codes for aiding in codes if aided != aiding
    ]  # fmt: skip


def pacts(
    agreements: Sequence[AgreementPart], orders: Sequence[OrderPart]
) -> list[tuple[float, Callable[[Day], None]]]:
    """What changes when: (second of the day, change). The rules' own function puts it into the regions."""
    spans: list[Hours] = [*orders, *(one for agreement in agreements for one in agreement.during)]
    edges = sorted({0.0} | {hour for span in spans for hour in (span.from_h, span.to_h)})
    return [(hour * HOUR, _from(hour, agreements, orders)) for hour in edges]


def _from(
    hour: float, agreements: Sequence[AgreementPart], orders: Sequence[OrderPart]
) -> Callable[[Day], None]:
    agreed = [one for one in agreements if one.holds(hour)]
    lent = [one for one in orders if one.holds(hour)]

    def change(day: Day) -> None:
        regions = {region.code: region for region in day.regions}
        agree(regions, agreed, lent, lambda home, other: _distance(regions[home], other))
        day.country.ordered = bool(lent)

    return change


def _distance(home: Queued, other: str) -> int:
    return home.nearest.index(other)
