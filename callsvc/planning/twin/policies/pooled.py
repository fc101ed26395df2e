"""The policies ours is measured against: they know queues and idle agents, and promise a helper nothing."""

from collections.abc import Sequence

from callsvc.planning.twin.day import Day
from callsvc.planning.twin.queues import Queued
from callsvc.routing.rules.regions import NOBODY


def queues(day: Day) -> list[Queued]:
    """The regions with calls waiting."""
    return [region for region in day.country.pressed if isinstance(region, Queued)]


class Isolated:
    """Every region alone."""

    parts_at_s = NOBODY
    timers: Sequence[float] = ()

    def opened(self, day: Day) -> None:
        """A policy without a state of its own has nothing to prepare."""

    def queued(self, day: Day, home: Queued) -> None:
        """Nobody else is asked."""

    def aged(self, day: Day, call: int, home: Queued) -> None:  # noqa: ARG002
        """An offer of a callback is the only thing a wait leads to."""
        day.defer(call)

    def resolved(self, home: Queued, in_time: bool) -> None:
        """No account is kept."""

    def ended(self, day: Day, took_s: float, aid: bool) -> None:
        """No account is kept."""

    def staffed(self, day: Day) -> None:
        """Shares are looked at when they are needed."""

    def freed(self, day: Day, region: Queued) -> None:
        """The own queue, in order of arrival; callbacks when it is empty."""
        while region.idle and region.waiting:
            day.take(region, "young", region)
        self.call_back(day, region)

    def call_back(self, day: Day, region: Queued) -> None:
        """Callbacks of the own region while more than a few agents are idle."""
        while (
            region.callbacks
            and not region.waiting
            and region.idle > 0.03 * region.agents
            and day.now < day.ends_s
        ):
            day.call_back(region, region)


class Pooled(Isolated):
    """One pool: an idle agent at home, else anywhere. ``home_first``: freed agents serve home first."""

    def __init__(self, *, home_first: bool, callback_after_s: float | None = None) -> None:
        self.home_first = home_first
        if callback_after_s is not None:
            self.timers = (callback_after_s,)

    def queued(self, day: Day, home: Queued) -> None:
        """Whoever has the largest share of idle agents, anywhere."""
        best, most = None, 0.0
        for region in day.regions:
            if region.idle and not region.opted_out:
                share = region.idle / region.agents
                if share > most:
                    best, most = region, share
        if best is not None:
            day.take(home, "young", best)

    def freed(self, day: Day, region: Queued) -> None:
        """The oldest call of the country, or of home when it has one."""
        while region.idle and day.country.pressed:
            if (self.home_first or region.opted_out) and region.waiting:
                home = region
            elif region.opted_out:
                break
            else:
                home = min(queues(day), key=lambda one: one.young_since)
            day.take(home, "young", region)
        self.call_back(day, region)

    def call_back(self, day: Day, region: Queued) -> None:
        """As alone, then for the region with most callbacks to make for its size."""
        super().call_back(day, region)
        if not any(one.callbacks for one in day.regions) or region.opted_out:
            return
        while region.idle > 0.03 * region.agents and not day.country.waiting and day.now < day.ends_s:
            home = max(day.regions, key=lambda one: len(one.callbacks) / max(1, one.agents))
            if not home.callbacks:
                return
            day.call_back(home, region)


class Cascade(Isolated):
    """Rings widened with the wait: home, then the nearest regions, then everybody; the oldest call first."""

    def __init__(self, *, near_s: float, all_s: float, ring: int = 4) -> None:
        self.near_s, self.all_s, self.ring = near_s, all_s, ring
        self.timers = (near_s, all_s)

    def opened(self, day: Day) -> None:
        """Who is in whose first ring."""
        self.rings = [
            {one.index for one in region.near[: self.ring] if isinstance(one, Queued)}
            for region in day.regions
        ]

    def aged(self, day: Day, call: int, home: Queued) -> None:
        """A wider ring: an idle agent in it takes the oldest call, which is at least as old."""
        waited = day.now - day.trace.at[call]
        for helper in home.near:
            if (
                isinstance(helper, Queued)
                and helper.idle
                and not helper.opted_out
                and (waited >= self.all_s or helper.index in self.rings[home.index])
            ):
                day.take(home, "young", helper)
                return

    def freed(self, day: Day, region: Queued) -> None:
        """The oldest call this region is in the ring of."""
        while region.idle and day.country.pressed:
            home = min(queues(day), key=lambda one: self._open_since(day, one, region))
            if self._open_since(day, home, region) == NOBODY:
                return
            day.take(home, "young", region)

    def _open_since(self, day: Day, home: Queued, helper: Queued) -> float:
        if home is helper:
            return home.young_since
        if helper.opted_out:
            return NOBODY
        waits = self.near_s if helper.index in self.rings[home.index] else self.all_s
        return home.young_since if day.now - home.young_since >= waits - 1e-6 else NOBODY
