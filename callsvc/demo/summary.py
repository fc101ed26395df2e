"""What the morning came to: outcomes, volumes, who helped whom, one overflow explained, the audit."""

from typing import Any

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

from callsvc.appointments.tables import appointment
from callsvc.audit.carrier import audit_carrier
from callsvc.audit.ledger import fetch_ledger
from callsvc.audit.result import AuditResult
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.demo.progress import take_snapshot
from callsvc.metrics.cli import report
from callsvc.metrics.rollup import roll_up
from callsvc.routing.tables import queue_entry, reservation, routing_decision
from callsvc.runtime import Runtime

# What the demonstration promises to show.
OVERFLOWS, HELPERS, OPT_OUTS, CONTACTS = 50, 2, 10, 600


def figures(rt: Runtime) -> dict[str, Any]:
    """The promised counts, as plain data."""
    with rt.db.read() as tx:
        snapshot = take_snapshot(tx)
        places = int(tx.scalar(sa.select(sa.func.count()).select_from(campaign_contact)))
        people = int(tx.scalar(sa.select(sa.func.count(campaign_contact.c.contact_id.distinct()))))
        resolved = int(
            tx.scalar(
                sa.select(sa.func.count()).select_from(appointment).where(appointment.c.resolved_by_phone)
            )
        )
    return {
        "contacts": people,
        "without_outcome": places - sum(snapshot.outcomes.values()),
        "outcomes": dict(snapshot.outcomes.most_common()),
        "connected": snapshot.connected,
        "overflow": snapshot.overflow,
        "helping_regions": sorted(snapshot.helpers),
        "opt_outs": snapshot.opt_outs,
        "resolved_by_phone": resolved,
        "messages": snapshot.messages,
        "calls": snapshot.legs["ended"],
        **_lateness(rt),
    }


def _lateness(rt: Runtime) -> dict[str, Any]:
    """How late offers that nobody took were ended after their lived deadline, in real milliseconds."""
    with rt.db.read() as tx:
        rows = tx.all(
            sa.select(reservation.c.deadline_at, reservation.c.ended_at).where(
                reservation.c.state == "timeout"
            )
        )
    late = sorted((row.ended_at - row.deadline_at).total_seconds() / rt.clock.speed * 1000 for row in rows)
    if not late:
        return {"offers_timed_out": 0}
    median, worst = round(late[len(late) // 2]), round(late[-1])
    return {"offers_timed_out": len(late), "lateness_ms_median": median, "lateness_ms_worst": worst}


def promises_kept(told: dict[str, Any]) -> dict[str, bool]:
    return {
        f"at least {CONTACTS} contacts": told["contacts"] >= CONTACTS,
        "every contact has an outcome": told["without_outcome"] == 0,
        f"at least {OVERFLOWS} overflows": told["overflow"] >= OVERFLOWS,
        f"at least {HELPERS} helping regions": len(told["helping_regions"]) >= HELPERS,
        f"at least {OPT_OUTS} opt-outs": told["opt_outs"] >= OPT_OUTS,
    }


def print_summary(console: Console, rt: Runtime, told: dict[str, Any]) -> None:
    roll_up(rt)
    table = Table(title="Outcome of every contact", title_justify="left", title_style="bold")
    table.add_column("outcome")
    table.add_column("people", justify="right")
    for outcome, count in told["outcomes"].items():
        table.add_row(outcome, str(count))
    console.print(table)
    for name in ("volume", "aid"):
        console.print()
        report.main([name], obj=lambda: rt, standalone_mode=False)
    console.print()
    if told["offers_timed_out"]:
        console.print(
            f"{told['offers_timed_out']} offers nobody took ended {told['lateness_ms_median']} ms (median), "
            f"{told['lateness_ms_worst']} ms (worst) after their deadline, in real time",
            highlight=False,
        )
    with rt.db.read() as tx:
        console.print("[bold]One overflow, explained[/bold]")
        for sentence in explained(tx):
            console.print(f"  {sentence}", highlight=False)


def explained(tx: Tx) -> list[str]:
    """Every decision about one call that first waited and then reached an agent of another region."""
    aided = (
        sa.select(routing_decision.c.entry_id)
        .join(queue_entry, queue_entry.c.id == routing_decision.c.entry_id)
        .where(routing_decision.c.kind == "aid", queue_entry.c.left_how == "connected")
    )
    chosen = tx.scalar(
        sa.select(routing_decision.c.entry_id)
        .where(routing_decision.c.entry_id.in_(aided))
        .group_by(routing_decision.c.entry_id)
        .having(sa.func.count() > 1)
        .order_by(sa.func.count(), routing_decision.c.entry_id)
        .limit(1)
    )
    rows = tx.all(
        sa.select(routing_decision.c.at, routing_decision.c.sentence)
        .where(routing_decision.c.entry_id == chosen)
        .order_by(routing_decision.c.at, routing_decision.c.id)
    )
    return [f"{row.at:%H:%M:%S} UTC  {row.sentence}" for row in rows]


def run_audit(rt: Runtime) -> AuditResult:
    """Our books against the carrier's ledger, by a program that shares none of our rules."""
    return audit_carrier(rt, fetch_ledger(rt.settings.twilio_api_base_url), final=True)


def print_audit(console: Console, result: AuditResult) -> None:
    console.print("[bold]Audit against the carrier's ledger[/bold]")
    for check in result.checks:
        mark = "[green]passed[/green]" if check.passed else "[red]FAILED[/red]"
        console.print(f"  {mark}  {check.id:<24} {check.claim} ({check.examined} examined)", highlight=False)
        for offence in check.offences[:5]:
            console.print(f"          {offence.subject}: {offence.why}", highlight=False)
