"""Nobody rung twice at once. From the ledger alone."""

from collections import defaultdict
from datetime import UTC, datetime

from callsvc.audit.ledger import CarrierFact, Ledger
from callsvc.audit.result import CheckResult

_STILL_LIVE = datetime.max.replace(tzinfo=UTC)


def check_overlap(ledger: Ledger) -> CheckResult:
    """For each number, the intervals [initiated .. ended] of our outbound calls are apart."""
    result = CheckResult("no-overlap", "Nobody is rung twice at once")
    by_number: defaultdict[str, list[tuple[datetime, datetime, CarrierFact]]] = defaultdict(list)
    for fact in ledger.calls:
        # A call cancelled in the carrier's own queue never began: it rang nobody.
        if fact.outbound and fact.began_at is not None:
            by_number[fact.to].append((fact.began_at, fact.ended_at or _STILL_LIVE, fact))
            result.examined += 1
    for intervals in by_number.values():
        intervals.sort(key=lambda interval: interval[:2])
        latest = intervals[0]
        for interval in intervals[1:]:
            if interval[0] < latest[1]:
                result.accuse(interval[2].sid, f"began while {latest[2].sid} to the same number was live")
            if interval[1] > latest[1]:
                latest = interval
    result.figures["numbers called"] = len(by_number)
    return result
