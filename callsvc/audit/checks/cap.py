"""No cap exceeded: calls that exist at the carrier, per number, over any rolling 24 hours."""

from collections import defaultdict, deque
from datetime import datetime, timedelta

from callsvc.audit.books import Books
from callsvc.audit.ledger import CarrierFact, Ledger
from callsvc.audit.result import CheckResult

_DAY = timedelta(hours=24)


def check_cap(ledger: Ledger, books: Books) -> CheckResult:
    """Each call is judged by its own campaign's cap; calls of every campaign count."""
    result = CheckResult("cap", "No number is called more often in 24 hours than its campaign allows")
    by_number: defaultdict[str, list[CarrierFact]] = defaultdict(list)
    for fact in ledger.calls:
        if fact.outbound:
            by_number[fact.to].append(fact)
            result.examined += 1
    most = 0
    for facts in by_number.values():
        recent: deque[datetime] = deque()
        for fact in sorted(facts, key=lambda fact: fact.created_at):
            recent.append(fact.created_at)
            while recent[0] <= fact.created_at - _DAY:
                recent.popleft()
            most = max(most, len(recent))
            cap = _cap_of(fact, books)
            if cap is not None and len(recent) > cap:
                result.accuse(fact.sid, f"call {len(recent)} to this number in 24 hours, {cap} allowed")
    result.figures["most calls to one number in 24 h"] = most
    return result


def _cap_of(fact: CarrierFact, books: Books) -> int | None:
    leg = books.legs.get(fact.sid)
    campaign = books.campaigns.get(leg.campaign_id or "") if leg is not None else None
    cap = campaign.config.get("caps", {}).get("per_number_24h") if campaign is not None else None
    return int(cap) if cap is not None else None
