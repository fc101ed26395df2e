"""Campaigns: applied from a file, filled with people, started, paused, resumed, stopped."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.scope import Principal
from callsvc.campaigns.approving import hold_unapproved, require_approved
from callsvc.campaigns.callers import require_callers
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import NOT_REACHED, STOPPED
from callsvc.campaigns.events import CampaignStopped, ContactFinished
from callsvc.campaigns.facts import campaign_row, config_of
from callsvc.campaigns.halting import gated, require_not_stopped, stop_in_force
from callsvc.campaigns.history import note_change
from callsvc.campaigns.joining import give_places
from callsvc.campaigns.needing import note_intake
from callsvc.campaigns.queries import campaign_seen, require_all_regions, require_may_apply
from callsvc.campaigns.saving import save
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid
from callsvc.core.phone_numbers import is_fictional
from callsvc.flows.agents import queue_steps
from callsvc.runtime import Runtime

# action: (states it may start from, the state it leads to)
ACTIONS: dict[str, tuple[frozenset[str], str]] = {
    "start": (frozenset({"draft"}), "running"),
    "pause": (frozenset({"running"}), "paused"),
    "resume": (frozenset({"paused"}), "running"),
    "close": (frozenset({"running", "paused"}), "completed"),
    "stop": (frozenset({"draft", "running", "paused"}), "stopped"),
}
_CLOSED_AT_ONCE = 1000  # people given their outcome by whoever presses stop; the sweeper does the others
_CLOSED_IN_ONE = 200  # and in one transaction


def apply_campaign(
    rt: Runtime, file: CampaignFile, by: str, *, seen: Any = None, principal: Principal | None = None
) -> bool:
    """Make the campaign what the file says. Idempotent; True if something changed.

    ``seen`` is the config that whoever changes it had before them (``{}``: there was none yet); when it has
    changed meanwhile, ``campaign-changed``. A ``principal`` must be responsible for everybody in it.
    """
    if is_fictional(file.caller_id) and not rt.settings.carrier_is_loopback:
        raise Invalid(
            "fiction-number", "caller_id is a number reserved for fiction; a real carrier needs one of yours."
        )
    with rt.db.begin() as tx:
        if principal is not None:
            require_may_apply(tx, principal, file.id)
        return save(tx, file, by, "applied", seen=seen)


def change_state(
    rt: Runtime, campaign_id: str, action: str, by: str, *, principal: Principal | None = None
) -> str:
    """start, pause, resume, close or stop; returns the new state. Stop cancels what is queued or rings.

    A ``principal`` must see the campaign and be responsible for everybody in it.

    ``campaign-needs-agents``    it would call people for agents, and calls are not handed to any here
    ``campaign-needs-approval``  it calls more people than one person may call alone
    ``caller-not-allowed``       what it shows as the caller is not allowed, or not any more
    ``everything-stopped``       a stop of everything is in force
    """
    with rt.db.begin() as tx:
        row = campaign_row(tx, campaign_id, lock=True)
        if principal is not None:
            campaign_seen(tx, principal, campaign_id)
            require_all_regions(tx, principal, campaign_id)
        target = move(tx, row, action, by)
        if action == "stop":
            tx.emit(CampaignStopped(campaign_id=campaign_id, by=by))
    if action in ("close", "stop"):
        close_waiting(rt, campaign_id, _CLOSED_AT_ONCE)
    return target


def move(tx: Tx, row: Row[Any], action: str, by: str) -> str:
    """Change the state of a campaign whose row is held, and note who did it."""
    allowed, target = ACTIONS[action]
    if row.state not in allowed:
        raise Conflict(
            "campaign-state",
            f"Campaign {row.id!r} is {row.state}; {action} needs {' or '.join(sorted(allowed))}.",
            state=row.state,
        )
    if target == "running":
        gated(tx)
        require_not_stopped(tx)
        _check_agents(tx, row)
        require_callers(tx, config_of(row), row.flow_version)
        require_approved(tx, row)
    ends = {"closed_at": tx.now} if action == "close" else {}
    tx.update(campaign, campaign.c.id == row.id, state=target, changed_at=tx.now, **ends)
    note_change(tx, row.id, by, action, before={"state": row.state}, after={"state": target})
    return target


def _check_agents(tx: Tx, row: Any) -> None:
    """Nobody is called to wait for an agent whom the carrier cannot connect."""
    steps = queue_steps(tx, row.flow_version) if tx.settings.callsvc_hand_over == "none" else ()
    if steps:
        raise Conflict(
            "campaign-needs-agents",
            f"The flow of campaign {row.id!r} waits for agents at {', '.join(steps)}, and with "
            "CALLSVC_HAND_OVER=none calls are handed to nobody: use a flow without queues, or a "
            "carrier with conferences.",
        )


def close_waiting(rt: Runtime, campaign_id: str, most: int) -> int:
    """Give up to ``most`` people who still wait in a campaign that ended their outcome; returns how many.

    In short transactions: a list of a hundred thousand must not hold up an answer, and the sweeper goes on
    with whoever is left.
    """
    closed = 0
    while closed < most:
        with rt.db.begin() as tx:
            batch = _close_some(tx, campaign_id, min(_CLOSED_IN_ONE, most - closed))
        if not batch:
            break
        closed += batch
    return closed


def _close_some(tx: Tx, campaign_id: str, most: int) -> int:
    waiting = tx.all(
        sa.select(campaign_contact.c.id, campaign_contact.c.tries)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(
            campaign_contact.c.campaign_id == campaign_id,
            campaign.c.state.in_(("stopped", "completed")),  # it may have been opened again meanwhile
            campaign_contact.c.status.in_(("waiting", "held")),
        )
        .limit(most)
        .with_for_update(of=campaign_contact, skip_locked=True)
    )
    for row in waiting:
        finish_contact(tx, row.id, NOT_REACHED if row.tries else STOPPED)
    return len(waiting)


def finish_contact(tx: Tx, campaign_contact_id: str, outcome: str) -> None:
    """Give a person's place its outcome. A later one (a callback that took place) replaces it."""
    row = tx.first(sa.select(campaign_contact).where(campaign_contact.c.id == campaign_contact_id))
    if row is None or (row.status == "done" and row.outcome == outcome):
        return
    tx.update(
        campaign_contact,
        campaign_contact.c.id == campaign_contact_id,
        status="done",
        outcome=outcome,
        outcome_at=tx.now,
        skip_reasons="",
    )
    tx.emit(
        ContactFinished(
            campaign_contact_id=campaign_contact_id,
            campaign_id=row.campaign_id,
            region_code=row.region_code,
            outcome=outcome,
        )
    )


def add_contacts(tx: Tx, campaign_id: str, contact_ids: Iterable[str], *, by: str = "import") -> int:
    """Put people into a campaign, due now; who is in it already stays as they are. Returns the new ones.

    A campaign that had completed by itself runs again; one that somebody (or its schedule) stopped or closed
    takes nobody: ``campaign-over``. One that outgrows its approval is paused, and needs a second person.
    """
    row = campaign_row(tx, campaign_id)
    if row.state == "stopped" or row.closed_at is not None:
        was = "stopped" if row.state == "stopped" else "closed"
        raise Conflict("campaign-over", f"Campaign {campaign_id!r} was {was}: copy it to call more people.")
    new = give_places(tx, campaign_id, list(contact_ids), unannounced=row.config.get("announce") is not None)
    if new:
        note_intake(tx, campaign_id, new)
        reopen(tx, campaign_id)
        hold_unapproved(tx, campaign_id, by)
        tx.changed("campaign", subject=campaign_id)
    return new


def reopen(tx: Tx, campaign_id: str) -> None:
    """Somebody is to be called in a campaign that had completed: it runs again, or is paused under a stop.

    One that was closed keeps that: it runs for this person alone, and takes nobody new.
    """
    over = (campaign.c.id == campaign_id) & (campaign.c.state == "completed")
    if tx.first(sa.select(campaign.c.id).where(over)) is None:
        return
    gated(tx)
    state = "running" if stop_in_force(tx) is None else "paused"
    if tx.update(campaign, over, state=state, changed_at=tx.now):
        tx.changed("campaign", subject=campaign_id)


def complete_finished(tx: Tx, *, but: sa.Select[tuple[str]]) -> None:
    """A running campaign whose people all have their outcome is completed, ``but`` those that owe a call.

    A standing campaign is never over: people come in all day.
    """
    # Each asked of one campaign, by index: whoever waits in all the others must not be read at every look.
    place = campaign_contact.c
    mine = sa.exists().where(place.campaign_id == campaign.c.id)
    finished = tx.all(
        sa.select(campaign.c.id, campaign.c.config).where(
            campaign.c.state == "running",
            ~mine.where(place.status.in_(("waiting", "trying", "held"))),
            campaign.c.id.not_in(but),
            mine,
        )
    )
    ids = [row.id for row in finished if not row.config.get("standing")]
    if ids:
        tx.update(campaign, campaign.c.id.in_(ids), state="completed", changed_at=tx.now)
        for campaign_id in ids:
            tx.changed("campaign", subject=campaign_id)
