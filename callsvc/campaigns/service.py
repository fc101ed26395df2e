"""Campaigns: applied from a file, filled with people, started, paused, resumed, stopped."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import NOT_REACHED, STOPPED
from callsvc.campaigns.events import CampaignStopped, ContactFinished
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.tables import campaign, campaign_change, campaign_contact
from callsvc.campaigns.writing import refuse_unfit_texts
from callsvc.contacts.tables import contact
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.core.phone_numbers import is_fictional
from callsvc.flows.agents import queue_steps
from callsvc.flows.tables import flow_version
from callsvc.flows.texting import refuse_unfit_for_sms
from callsvc.runtime import Runtime

# action: (states it may start from, the state it leads to)
ACTIONS: dict[str, tuple[frozenset[str], str]] = {
    "start": (frozenset({"draft"}), "running"),
    "pause": (frozenset({"running"}), "paused"),
    "resume": (frozenset({"paused"}), "running"),
    "close": (frozenset({"running", "paused"}), "completed"),
    "stop": (frozenset({"draft", "running", "paused"}), "stopped"),
}
_LIFE = timedelta(days=14)  # a person's place in a campaign always ends


def apply_campaign(rt: Runtime, file: CampaignFile, by: str, *, seen: Any = None) -> bool:
    """Make the campaign what the file says. Idempotent; True if something changed.

    ``seen`` is the config that whoever changes it had before them (``{}``: there was none yet); when it has
    changed meanwhile, ``campaign-changed``.
    """
    if is_fictional(file.caller_id) and not rt.settings.carrier_is_loopback:
        raise Invalid(
            "fiction-number", "caller_id is a number reserved for fiction; a real carrier needs one of yours."
        )
    refuse_unfit_texts(file)
    with rt.db.begin() as tx:
        version = _flow_version(tx, file)
        config = file.model_dump(by_alias=True)
        known = tx.first(sa.select(campaign).where(campaign.c.id == file.id).with_for_update(key_share=True))
        if seen is not None and seen != (known.config if known is not None else {}):
            raise Conflict("campaign-changed", "Somebody changed this campaign meanwhile: look at it again.")
        values = {"title": file.title, "purpose": file.purpose, "flow_version": version, "config": config}
        if known is None:
            tx.insert(campaign, id=file.id, state="draft", created_at=tx.now, changed_at=tx.now, **values)
            _log(tx, file.id, by, "applied", before={}, after=config)
            tx.changed("campaign", subject=file.id)
            return True
        before = {name: getattr(known, name) for name in values}
        if before == values:
            return False
        if known.state in ("stopped", "completed"):
            raise Conflict("campaign-over", f"Campaign {file.id!r} is {known.state}; give the file a new id.")
        if known.state != "draft" and known.purpose != file.purpose:
            raise Conflict(
                "campaign-purpose-fixed",
                "People have opted out of the purpose as it was; give the file a new id for another purpose.",
            )
        tx.update(campaign, campaign.c.id == file.id, changed_at=tx.now, **values)
        _log(tx, file.id, by, "applied", before=known.config, after=config)
        tx.changed("campaign", subject=file.id)
        return True


def _flow_version(tx: Tx, file: CampaignFile) -> str:
    query = sa.select(flow_version.c.version).where(flow_version.c.flow_id == file.flow)
    if file.flow_version:
        query = query.where(flow_version.c.version == file.flow_version)
    version = tx.scalar(query.order_by(flow_version.c.published_at.desc()).limit(1))
    if version is None:
        raise NotFound("flow-unknown", f"No published flow is called {file.flow!r}; publish it first.")
    if file.channel == "sms":
        refuse_unfit_for_sms(tx, str(version))
    return str(version)


def _log(tx: Tx, campaign_id: str, by: str, what: str, *, before: Any, after: Any) -> None:
    tx.insert(
        campaign_change,
        id=tx.new_id("chg"),
        campaign_id=campaign_id,
        at=tx.now,
        by=by,
        what=what,
        before=before,
        after=after,
    )


def change_state(rt: Runtime, campaign_id: str, action: str, by: str) -> str:
    """start, pause, resume, close or stop; returns the new state. Stop cancels what is queued or rings.

    ``campaign-needs-agents``  it would call people for agents, and calls are not handed to any here
    """
    allowed, target = ACTIONS[action]
    with rt.db.begin() as tx:
        row = campaign_row(tx, campaign_id, lock=True)
        if row.state not in allowed:
            raise Conflict(
                "campaign-state",
                f"Campaign {campaign_id!r} is {row.state}; {action} needs {' or '.join(sorted(allowed))}.",
                state=row.state,
            )
        if target == "running":
            _check_agents(tx, row)
        tx.update(campaign, campaign.c.id == campaign_id, state=target, changed_at=tx.now)
        _log(tx, campaign_id, by, action, before={"state": row.state}, after={"state": target})
        tx.changed("campaign", subject=campaign_id)
        if action in ("close", "stop"):
            close_waiting(tx, campaign_id)
        if action == "stop":
            tx.emit(CampaignStopped(campaign_id=campaign_id))
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


def close_waiting(tx: Tx, campaign_id: str) -> int:
    """Give everybody who still waits in a campaign that ends their outcome; returns how many they were."""
    waiting = tx.all(
        sa.select(campaign_contact.c.id, campaign_contact.c.tries).where(
            campaign_contact.c.campaign_id == campaign_id,
            campaign_contact.c.status.in_(("waiting", "held")),
        )
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


def add_contacts(tx: Tx, campaign_id: str, contact_ids: Iterable[str]) -> int:
    """Put people into a campaign, due now; who is in it already stays as they are. Returns the new ones.

    A campaign that had completed by itself runs again; one that was stopped takes nobody (``campaign-over``).
    """
    row = campaign_row(tx, campaign_id)
    if row.state == "stopped":
        raise Conflict("campaign-over", f"Campaign {campaign_id!r} was stopped; use a new one.")
    new = _add(tx, campaign_id, list(contact_ids))
    if new:
        reopen(tx, campaign_id)
        tx.changed("campaign", subject=campaign_id)
    return new


def reopen(tx: Tx, campaign_id: str) -> None:
    """Somebody is to be called in a campaign that had completed: it runs again."""
    over = (campaign.c.id == campaign_id) & (campaign.c.state == "completed")
    if tx.update(campaign, over, state="running", changed_at=tx.now):
        tx.changed("campaign", subject=campaign_id)


def _add(tx: Tx, campaign_id: str, ids: list[str]) -> int:
    rows = tx.all(
        sa.select(contact.c.id, contact.c.region_code, contact.c.platform_code, contact.c.fragility).where(
            contact.c.id.in_(ids)
        )
    )
    return sum(
        tx.insert_once(
            campaign_contact,
            id=tx.new_id("cct"),
            campaign_id=campaign_id,
            contact_id=row.id,
            region_code=row.region_code,
            platform_code=row.platform_code,
            status="waiting",
            priority=row.fragility,
            next_try_at=tx.now,
            deadline_at=tx.now + _LIFE,
        )
        for row in rows
    )


def complete_finished(tx: Tx, *, but: sa.Select[tuple[str]]) -> None:
    """A running campaign whose people all have their outcome is completed, ``but`` those that owe a call.

    A standing campaign is never over: people come in all day.
    """
    open_ones = sa.select(campaign_contact.c.campaign_id).where(campaign_contact.c.status != "done")
    finished = tx.all(
        sa.select(campaign.c.id, campaign.c.config).where(
            campaign.c.state == "running",
            campaign.c.id.not_in(open_ones),
            campaign.c.id.not_in(but),
            campaign.c.id.in_(sa.select(campaign_contact.c.campaign_id)),
        )
    )
    ids = [row.id for row in finished if not row.config.get("standing")]
    if ids:
        tx.update(campaign, campaign.c.id.in_(ids), state="completed", changed_at=tx.now)
        for campaign_id in ids:
            tx.changed("campaign", subject=campaign_id)
