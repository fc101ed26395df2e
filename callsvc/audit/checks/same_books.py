"""The books are equal on both sides: calls to the second, messages to their last status."""

from typing import Any

from callsvc.audit.books import Books
from callsvc.audit.ledger import OURS, TERMINAL, CarrierFact, Ledger
from callsvc.audit.result import CheckResult

ANSWER_WITHIN_S = 1.0  # the carrier's own timestamps have whole seconds
UNTOLD_WITHIN_S = 2.0  # an end in whole seconds less a duration in whole seconds


def check_calls(ledger: Ledger, books: Books, tolerance_s: float) -> CheckResult:
    """Same SIDs (contacts, agents, inbound), same final status, same duration, same answer within 1 s.

    Where no callback told the instant of the answer (an inbound call has none, and one may be lost for good)
    ours comes from the first request, or from the end less the duration: those may be ``tolerance_s`` (lived)
    further apart.
    """
    result = CheckResult("books-calls", "Every call is in both books, with the same end and duration")
    theirs = {fact.sid: fact for fact in ledger.calls}
    widest = 0.0
    for sid, fact in theirs.items():
        result.examined += 1
        leg = books.legs.get(sid)
        if leg is None:
            result.accuse(sid, "the carrier has this call, we do not")
            continue
        if (fact.status in TERMINAL or leg.status in TERMINAL) and fact.status != leg.status:
            result.accuse(sid, f"{fact.status} at the carrier, {leg.status} in leg {leg.id}")
        elif fact.status in TERMINAL and fact.duration != (leg.duration_s or 0):
            result.accuse(sid, f"{fact.duration} s at the carrier, {leg.duration_s} s in leg {leg.id}")
        within_s = _allowed_s(fact, leg.id in books.answers_told, tolerance_s)
        widest = max(widest, _compare_answer(result, fact, leg, within_s))
    for sid in books.legs.keys() - theirs.keys():
        result.accuse(sid, f"leg {books.legs[sid].id} names a call the carrier never had")
    result.figures["widest difference of answer, s"] = widest
    result.figures["seconds at the carrier"] = sum(fact.duration for fact in ledger.calls)
    result.figures["seconds in our books"] = sum(leg.duration_s or 0 for leg in books.legs.values())
    return result


def _allowed_s(fact: CarrierFact, told: bool, tolerance_s: float) -> float:
    if fact.direction == "inbound":
        return ANSWER_WITHIN_S + tolerance_s
    return ANSWER_WITHIN_S if told else UNTOLD_WITHIN_S + tolerance_s


def _compare_answer(result: CheckResult, fact: CarrierFact, leg: Any, within_s: float) -> float:
    """Seconds between the two instants of the answer; accuses when only one exists or they are apart."""
    theirs, ours = fact.answered_at, leg.answered_at
    if theirs is None and ours is None:
        return 0.0
    if theirs is None or ours is None:
        where = "only at the carrier" if ours is None else f"only in leg {leg.id}"
        result.accuse(fact.sid, f"answered {where}")
        return 0.0
    apart = abs((theirs - ours).total_seconds())
    if apart > within_s:
        result.accuse(fact.sid, f"answered {apart:.1f} s apart in the two books")
    return float(apart)


def check_messages(ledger: Ledger, books: Books) -> CheckResult:
    """Same SIDs and final statuses; what the carrier sends on its own account is not in our books."""
    result = CheckResult("books-messages", "Every message is in both books, with the same last status")
    theirs = {fact.sid: fact for fact in ledger.messages if fact.direction in (OURS, "inbound")}
    for sid, fact in theirs.items():
        result.examined += 1
        ours = books.messages.get(sid)
        if ours is None:
            result.accuse(sid, "the carrier has this message, we do not")
        elif fact.direction == OURS and ours.status != fact.status:
            result.accuse(sid, f"{fact.status} at the carrier, {ours.status} in message {ours.id}")
    for sid in books.messages.keys() - {fact.sid for fact in ledger.messages}:
        result.accuse(sid, f"message {books.messages[sid].id} names one the carrier never had")
    return result
