"""A recorded day as it was, in the same figures as a day that was played."""

from callsvc.planning.twin.measures import Tally
from callsvc.planning.twin.recordings import Recording

TARGET_S = 20.0


def lived(recording: Recording) -> dict[str, Tally]:
    """By region. Abandoned are also those whom nobody answered in their time; callbacks count as deferred."""
    tallies = {region.code: Tally() for region in recording.regions}
    for _, region, _, waited_s, left, by in recording.calls:
        home = tallies[region]
        home.offered += 1
        if left == "connected":
            home.answered += 1
            home.waited_s += waited_s
            home.in_time += waited_s <= TARGET_S
            home.within_60 += waited_s <= 60.0
            home.within_120 += waited_s <= 120.0
            if by not in (region, ""):
                home.aided += 1
                tallies[by].gave += 1
        elif left == "callback":
            home.deferred += 1
        else:
            home.abandoned += 1
    return tallies
