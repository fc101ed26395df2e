"""Our router in the twin: the rules of ``callsvc.routing.rules``, asked as the live service asks them."""

from collections import Counter
from collections.abc import Sequence

from callsvc.planning.twin.day import Day
from callsvc.planning.twin.queues import Queued
from callsvc.routing.rules.activating import activate
from callsvc.routing.rules.deferring import may_call_back, may_call_back_for
from callsvc.routing.rules.explaining import Explanation, explain_arrival, explain_work
from callsvc.routing.rules.freeing import choose_work, next_age, serves_young_first
from callsvc.routing.rules.lending import choose_helper
from callsvc.routing.rules.slowness import Slowness, most_lent
from callsvc.routing.rules.terms import Terms

EXAMPLE = 20
"""Which decision of each letter is kept as an example: not the first, when nothing has happened yet."""


class Ours:
    """Asks the rules, does as they say, and books what became of it."""

    timers: Sequence[float]

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.parts_at_s = terms.target_s
        self.timers = () if terms.callback_after_s is None else (terms.callback_after_s,)
        self.letters: Counter[str] = Counter()
        self.examples: dict[str, Explanation] = {}  # of each letter, what one decision said

    def opened(self, day: Day) -> None:
        """Begin to measure how long aid takes."""
        self.aim = self.terms.floor + self.terms.margin
        self.slowness = Slowness(day.country.handle_s)
        self._cap(day)
        for region in day.regions:
            region.second_s = self.terms.second_s - self.terms.target_s

    def _cap(self, day: Day) -> None:
        day.country.slowness = self.slowness.measured
        for region in day.regions:
            region.most_lent = most_lent(region, self.terms.cap, self.slowness.measured)

    def queued(self, day: Day, home: Queued) -> None:
        """Nobody at home is idle: does another region help?"""
        self._activate(day, home)
        if not home.active and not day.country.ordered:
            return
        helper = choose_helper(home)
        if isinstance(helper, Queued):
            day.settle()
            self.letters["arrival"] += 1
            if self.letters["arrival"] == EXAMPLE:
                self.examples["arrival"] = explain_arrival(home, helper)
            day.take(home, next_age(home, serves_young_first(day.country, self.terms), self.terms), helper)

    def freed(self, day: Day, region: Queued) -> None:
        """What the freed agent does next; whoever else is idle, too."""
        country = day.country
        while region.idle and country.waiting:
            day.settle()
            work = choose_work(region, country, self.terms, day.now)
            if work is None or not isinstance(work.region, Queued):
                break
            self.letters[work.letter] += 1
            if self.letters[work.letter] == EXAMPLE:
                self.examples[work.letter] = explain_work(region, work, country, day.now)
            day.take(work.region, work.age, region)
        if region.active:
            self._activate(day, region)
        if self.terms.callback_after_s is not None and region.idle and day.now < day.ends_s:
            self._call_back(day, region)

    def aged(self, day: Day, call: int, home: Queued) -> None:  # noqa: ARG002
        """Offered a callback at the age of the timer."""
        day.defer(call)

    def resolved(self, home: Queued, in_time: bool) -> None:
        """The region's ledger; a reserve that was declared does not move with it."""
        home.book(in_time, self.aim if home.floor is None else home.floor + self.terms.margin)
        if home.declared is not None:
            home.kept = home.declared

    def ended(self, day: Day, took_s: float, aid: bool) -> None:
        """The measure of slowness, looked at every so often."""
        self.slowness.add(took_s, aid=aid)
        if self.slowness.due():
            self._cap(day)

    def staffed(self, day: Day) -> None:
        """The cap is a share of those on duty."""
        self._cap(day)

    def _activate(self, day: Day, region: Queued) -> None:
        if activate(region, self.terms, day.now):
            day.aiding.append((day.now, region.code))

    def _call_back(self, day: Day, region: Queued) -> None:
        while region.callbacks and may_call_back(region, self.terms):
            day.call_back(region, region)
        while region.idle > region.kept:
            home = max(day.regions, key=lambda one: len(one.callbacks) / max(1, one.agents))
            if not home.callbacks or not may_call_back_for(region, home, day.country, self.terms):
                return
            day.call_back(home, region)
