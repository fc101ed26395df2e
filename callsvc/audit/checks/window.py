"""Nobody outside the window: where the person lives, callbacks they asked for included."""

from callsvc.audit.books import Books
from callsvc.audit.hours import why_outside
from callsvc.audit.ledger import Ledger
from callsvc.audit.result import CheckResult


def check_window(ledger: Ledger, books: Books) -> CheckResult:
    """Each ringing instant of the carrier lies within the campaign's windows, the law's and no holiday."""
    result = CheckResult("window", "Nobody is rung outside the calling hours of the place they live in")
    for fact in ledger.calls:
        if not fact.outbound or fact.ringing_at is None:
            continue
        result.examined += 1
        leg = books.legs.get(fact.sid)
        campaign = books.campaigns.get(leg.campaign_id or "") if leg is not None else None
        if leg is None or campaign is None or leg.zone is None:
            result.accuse(fact.sid, "rang, and no campaign or contact of ours gives it an allowed hour")
            continue
        why = why_outside(
            fact.ringing_at, config=campaign.config, zone=leg.zone, department=leg.department or ""
        )
        if why:
            result.accuse(fact.sid, why)
    return result
