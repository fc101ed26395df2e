"""``callsvc audit carrier``: our books against the carrier's.

An independent judge: it recomputes everything from raw rows and the carrier's ledger, and imports none of
the rules it judges (``may_contact``, the calendar, pacing).
"""

from dataclasses import replace

from callsvc.audit.books import Books, read_books
from callsvc.audit.checks.cap import check_cap
from callsvc.audit.checks.loose_ends import check_loose_ends
from callsvc.audit.checks.opt_out import check_opt_out
from callsvc.audit.checks.outcome import check_outcome
from callsvc.audit.checks.overlap import check_overlap
from callsvc.audit.checks.same_books import check_calls, check_messages
from callsvc.audit.checks.window import check_window
from callsvc.audit.ledger import Ledger
from callsvc.audit.result import AuditResult
from callsvc.runtime import Runtime

LATENCY_S = 0.25  # real seconds two processes may take to see each other's commit


def audit_carrier(
    rt: Runtime, ledger: Ledger, *, final: bool = False, latency_s: float = LATENCY_S
) -> AuditResult:
    """Run every check; ``final`` says that the day is over, so that running campaigns must be done too.

    The tolerance is the clock's speed times ``latency_s`` (real seconds): at speed 30 a quarter of a second
    of real latency is 7.5 lived seconds, which no rule can be blamed for.
    """
    tolerance_s = rt.settings.callsvc_clock_speed * latency_s
    with rt.db.read() as tx:
        books = read_books(tx)
        people = _of_people(ledger, books)
        checks = (
            check_overlap(people),
            check_opt_out(people, books, tolerance_s),
            check_window(people, books),
            check_cap(people, books),
            check_outcome(tx, final=final),
            check_calls(ledger, books, tolerance_s),
            check_messages(ledger, books),
            check_loose_ends(tx, ledger, books),
        )
    return AuditResult(checks, tolerance_s)


def _of_people(ledger: Ledger, books: Books) -> Ledger:
    """Without the telephones of agents and of those they ask in: hours and caps are for the others."""
    roles = {sid: row.role for sid, row in books.legs.items()}
    calls = tuple(fact for fact in ledger.calls if roles.get(fact.sid, "contact") == "contact")
    return replace(ledger, calls=calls)
