"""Calls: every leg to or from the person, with each status and webhook, and what their queue decided."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from callsvc.calls.tables import call, leg, leg_transition, webhook_event
from callsvc.campaigns.sentences import phrase_of
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.labels import label
from callsvc.people.entries import Entry, Step, Subject
from callsvc.people.words import said as word_of
from callsvc.people.words import webhook_text
from callsvc.routing.tables import queue_entry, routing_decision
from callsvc.web.texts import gettext

MOST: Final = 200  # newest calls; nobody reads more, and nobody is called more often


def calls_of(tx: Tx, person: Subject, *, french: bool) -> Iterator[Entry]:
    """Calls, their waits for an agent, and why they waited where they did."""
    rows = _legs(tx, person)
    steps = _steps(tx, [row.id for row in rows])
    for row in rows:
        yield Entry(
            at=row.planned_at,
            kind="call",
            subject=row.id,
            title=gettext("We called") if row.direction == "outbound" else gettext("The person called"),
            state=row.disposition or row.status or row.placement,
            state_kind="disposition" if row.disposition else "leg",
            notes=tuple(_notes(row)),
            steps=tuple(sorted(steps[row.id], key=lambda step: step.at)),
            campaign_id=row.campaign_id or "",
        )
    yield from _queued(tx, sorted({row.call_id for row in rows}), french=french)


def _legs(tx: Tx, person: Subject) -> Sequence[Any]:
    """By place and by number: an index serves each; the same leg may be found by both."""
    columns = (*leg.c, call.c.direction, campaign_contact.c.campaign_id)
    joined = (
        sa.select(*columns)
        .join(call, call.c.id == leg.c.call_id)
        .outerjoin(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .where(leg.c.role == "contact")
        .order_by(leg.c.planned_at.desc())
        .limit(MOST)
    )
    mine = call.c.contact_id == person.contact_id
    found = {
        row.id: row
        for wanted in (
            call.c.campaign_contact_id.in_(person.place_ids),
            leg.c.number_id.in_(person.number_ids) & mine,
        )
        for row in tx.all(joined.where(wanted))
    }
    return list(found.values())


def _notes(row: Any) -> Iterator[str]:
    if row.duration_s:
        yield gettext("%(seconds)s s on the line", seconds=row.duration_s)
    if row.answered_by and row.answered_by.startswith("machine"):
        yield gettext("A machine answered")
    if row.placement in ("refused", "withdrawn", "not-placed", "in-doubt"):
        yield label(row.placement, "leg")
    for reason in row.reasons.split():
        yield phrase_of(reason)


def _steps(tx: Tx, leg_ids: Sequence[str]) -> dict[str, list[Step]]:
    steps: dict[str, list[Step]] = defaultdict(list)
    for row in tx.all(sa.select(leg_transition).where(leg_transition.c.leg_id.in_(leg_ids))):
        steps[row.leg_id].append(Step(row.at, f"{label(row.status, 'leg')} ({row.source})"))
    columns = (
        webhook_event.c.key,
        webhook_event.c.leg_id,
        webhook_event.c.received_at,
        webhook_event.c.facts,
    )
    for row in tx.all(sa.select(*columns).where(webhook_event.c.leg_id.in_(leg_ids))):
        steps[row.leg_id].append(Step(row.received_at, webhook_text(row.key, row.facts)))
    return steps


def _queued(tx: Tx, call_ids: Sequence[str], *, french: bool) -> Iterator[Entry]:
    entries = tx.all(sa.select(queue_entry).where(queue_entry.c.call_id.in_(call_ids)))
    for row in entries:
        left = [gettext("Left the queue: %(how)s", how=word_of(row.left_how, "left"))] if row.left_how else []
        offers = [gettext("Offered to %(count)s agents", count=row.offers)] if row.offers else []
        yield Entry(
            at=row.entered_at,
            kind="queue",
            subject=row.id,
            title=gettext("Waited for an agent (%(skill)s)", skill=row.skill),
            notes=(*offers, *left),
        )
    ids = [row.id for row in entries]
    for row in tx.all(sa.select(routing_decision).where(routing_decision.c.entry_id.in_(ids))):
        sentence = row.inputs.get("sentence_fr") if french else None
        yield Entry(at=row.at, kind="decision", subject=row.id, title=sentence or row.sentence)
