"""What came of a rehearsal: counts and times, of people who do not exist."""

from collections import Counter, defaultdict
from dataclasses import asdict
from statistics import mean
from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import leg
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.incidents import incident
from callsvc.flows.agents import queue_steps
from callsvc.flows.paths import path_of
from callsvc.flows.tables import flow_session
from callsvc.messages.segments import count
from callsvc.messages.tables import message
from callsvc.rehearsal.playing import Play
from callsvc.rehearsal.scene import Script
from ivr_flows.drawing.traffic import LEFT


def report_of(tx: Tx, script: Script, played: Play) -> dict[str, Any]:
    """The report as it is stored; every time in it is lived seconds."""
    places = tx.all(sa.select(campaign_contact.c.status, campaign_contact.c.outcome))
    legs = tx.all(sa.select(leg).where(leg.c.role == "contact"))
    talked = [row.duration_s for row in legs if row.duration_s]
    steps = _steps(tx, played)
    return {
        "people": len(places),
        "strata": [asdict(stratum) for stratum in script.strata],
        "outcomes": dict(Counter(row.outcome or row.status for row in places)),
        "tries": dict(Counter(row.disposition or row.status or row.placement for row in legs)),
        "calls": len(legs),
        "mean_call_s": round(mean(talked), 1) if talked else 0.0,
        "lasted_s": round((tx.now - played.began_at).total_seconds()),
        "for_agents": _for_agents(tx, script, steps),
        "steps": steps,
        "messages": _messages(tx),
        "problems": _problems(tx, played),
        "finished": played.finished,
        "real_s": round(played.real_s, 1),
    }


def _steps(tx: Tx, played: Play) -> list[dict[str, Any]]:
    """Each step: sessions that came to it, that hung up or fell silent in it, and seconds spent in it."""
    entered: Counter[str] = Counter()
    left: Counter[str] = Counter()
    order: dict[str, None] = {}
    for row in tx.all(sa.select(flow_session.c.id, flow_session.c.state).order_by(flow_session.c.started_at)):
        path = path_of(tx.keyring.decrypt_json(row.state, f"flow_session:{row.id}"))
        seen = {str(step) for step, *_ in path if step}
        order.update(dict.fromkeys(str(step) for step, *_ in path if step))
        entered.update(seen)
        left.update({str(step) for step, exit, _ in path if step and exit in LEFT})
    return [
        {
            "step": step,
            "entered": entered[step],
            "left": left[step],
            "mean_s": round(mean(played.steps[step]), 1) if played.steps.get(step) else None,
        }
        for step in order
    ]


def _for_agents(tx: Tx, script: Script, steps: list[dict[str, Any]]) -> int:
    """How many came to a step that waits for an agent; on stage there is none, so that they were sent on."""
    waiting = set(queue_steps(tx, script.campaign["flow_version"]))
    own = f"{script.config.flow}."
    return sum(
        step["entered"]
        for step in steps
        if own + step["step"] in waiting or step["step"].replace("/", ".") in waiting
    )


def _messages(tx: Tx) -> dict[str, Any]:
    encodings: Counter[str] = Counter()
    segments = sent = 0
    for row in tx.all(sa.select(message).where(message.c.direction == "outbound")):
        size = count(tx.keyring.decrypt(row.body, f"message:{row.id}"))
        encodings[size.encoding] += 1
        segments += size.segments
        sent += 1
    return {"sent": sent, "segments": segments, "encodings": dict(encodings)}


def _problems(tx: Tx, played: Play) -> dict[str, int]:
    """By kind: incidents of the service, attempts that were not placed, what crashed."""
    problems: defaultdict[str, int] = defaultdict(int, played.problems)
    for row in tx.all(sa.select(incident.c.kind)):
        problems[row.kind] += 1
    lost = leg.c.placement.in_(("not-placed", "in-doubt", "refused")) & (leg.c.role == "contact")
    for row in tx.all(sa.select(leg.c.placement, leg.c.reasons).where(lost)):
        problems[row.reasons.split()[0] if row.reasons else row.placement] += 1
    if not played.finished:
        problems["not-over-in-time"] += 1
    return dict(problems)
