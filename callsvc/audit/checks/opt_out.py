"""Nobody after an opt-out.

A call claimed before the suppression was committed may be on its way: it must then be cancelled, stay
unanswered, or be hung up within 2 lived seconds of the answer. Nothing may be claimed afterwards. The two
instants are read at the start of two transactions that wait for each other on the number's lock, and a
scaled clock stretches that wait: ``tolerance_s`` covers it, and what falls inside it is counted.
"""

from datetime import timedelta
from typing import Any

from callsvc.audit.books import Books
from callsvc.audit.ledger import OURS, CarrierFact, Ledger
from callsvc.audit.result import CheckResult
from callsvc.messages.service import STOP_CONFIRMED

HANG_UP_WITHIN_S = 2.0


def check_opt_out(ledger: Ledger, books: Books, tolerance_s: float) -> CheckResult:
    result = CheckResult("opt-out", "Nobody is called or written to after an opt-out")
    result.figures = {"suppressions": sum(len(rows) for rows in books.suppressions.values()), "raced": 0}
    slack = timedelta(seconds=tolerance_s)
    for fact in ledger.calls:
        if fact.outbound:
            result.examined += 1
            for row in _suppressions(books, fact.to):
                if _covers_call(row, books.legs.get(fact.sid), books):
                    _judge_call(result, fact, books.legs.get(fact.sid), row, slack)
    for message in ledger.messages:
        if message.direction != OURS:  # the carrier's own confirmation of a STOP is not ours
            continue
        result.examined += 1
        ours = books.messages.get(message.sid)
        if ours is not None and str(ours.cause).startswith(STOP_CONFIRMED):
            continue  # the one message that tells them it is done; its cause is sent once
        at = ours.claimed_at if ours is not None and ours.claimed_at else message.created_at
        for row in _suppressions(books, message.to):
            if row.scope in ("sms", "all") and _after(at, row, slack):
                result.accuse(message.sid, f"sent although suppression {row.id} was recorded before")
    return result


def _suppressions(books: Books, e164: str) -> list[Any]:
    return books.suppressions.get(books.number_id(e164) or "", [])


def _covers_call(row: Any, leg: Any, books: Books) -> bool:
    if row.scope == "all":
        return True
    if row.scope != "purpose":
        return False
    if leg is None:
        return True  # nobody can say for which purpose it was made
    campaign = books.campaigns.get(leg.campaign_id or "")
    return campaign is not None and campaign.purpose == row.purpose


def _after(at: Any, row: Any, slack: timedelta) -> bool:
    """Inside the time in which the suppression held, less the tolerance at its start."""
    lifted = row.lifted_at is not None and at >= row.lifted_at
    return bool(at > row.recorded_at + slack) and not lifted


def _judge_call(result: CheckResult, fact: CarrierFact, leg: Any, row: Any, slack: timedelta) -> None:
    if leg is None or leg.claimed_at is None:
        if _after(fact.created_at, row, timedelta()):
            result.accuse(fact.sid, f"placed after suppression {row.id}, and no leg of ours claimed it")
        return
    if _after(leg.claimed_at, row, slack):
        result.accuse(fact.sid, f"leg {leg.id} was claimed after suppression {row.id}")
        return
    if fact.answered_at is None or fact.answered_at <= row.recorded_at:
        return  # never answered, or this is the very call in which they said stop
    if row.lifted_at is not None and fact.answered_at >= row.lifted_at:
        return
    result.figures["raced"] += 1
    if (
        fact.ended_at is None
        or fact.ended_at - fact.answered_at > timedelta(seconds=HANG_UP_WITHIN_S) + slack
    ):
        result.accuse(fact.sid, f"answered after suppression {row.id} and not hung up within 2 s")
