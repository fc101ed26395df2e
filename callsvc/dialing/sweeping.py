"""Nothing waits for ever: what passed its own deadline is brought to an end and written down."""

from datetime import timedelta

import sqlalchemy as sa

from callsvc.calls.losing import LOSABLE, lose_leg
from callsvc.calls.queries import lock_leg
from callsvc.calls.statuses import report_incident
from callsvc.calls.tables import call, leg
from callsvc.calls.updates import end_leg
from callsvc.campaigns.service import close_waiting
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact_import
from callsvc.core.db import Tx
from callsvc.core.each import for_each
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime

_GRACE = timedelta(minutes=5)  # lived
_LAST_WORD = timedelta(minutes=10)  # lived: from asking the carrier to end a call to doing without its answer
_CLOSED_AT_ONCE = 1000  # people of one campaign, so that the other sweeps are not held up
_WRITTEN_TO = sa.select(flow_session.c.subject_id).where(  # a conversation by SMS is a try without a leg
    flow_session.c.channel == "sms", flow_session.c.status == "running"
)
_OVERDUE = leg.c.placement.in_(LOSABLE) & leg.c.ended_at.is_(None)


def sweep(rt: Runtime) -> int:
    """End sessions, holds and tries that outlived their deadline; returns how many there were."""
    ended = _end_overdue_legs(rt)
    with rt.db.begin() as tx:
        ended += _end_sessions(tx) + _release_holds(tx) + _free_stray_tries(tx) + _fail_imports(tx)
    return ended + _close_ended(rt)


def _end_overdue_legs(rt: Runtime) -> int:
    """Legs longer than anything of ours can last: ended, and done without if even that is not heard of.

    One transaction a leg, with a leg's own order of locks, as a webhook of the same call may come meanwhile.
    """
    with rt.db.read() as tx:
        late = tx.all(sa.select(leg.c.id).where(_OVERDUE, leg.c.deadline_at < tx.now))
    for_each(rt.db, [row.id for row in late], lambda leg_id: _end_overdue(rt, leg_id))
    return len(late)


def _end_overdue(rt: Runtime, leg_id: str) -> None:
    with rt.db.begin() as tx:
        row = lock_leg(tx, leg_id)
        if row.end_asked_at is None:
            end_leg(tx, leg_id)
        elif max(row.end_asked_at, row.deadline_at) + _LAST_WORD < tx.now:
            lose_leg(tx, row, "deadline-passed")


def _fail_imports(tx: Tx) -> int:
    """Imports whose process died: what they stored stays, and the same file may be imported again."""
    return tx.update(
        contact_import,
        (contact_import.c.status == "running")
        & contact_import.c.upload_id.is_(None)  # an upload is taken up by another worker
        & (contact_import.c.deadline_machine_at < tx.machine_now),
        status="failed",
        ended_at=tx.now,
    )


def _end_sessions(tx: Tx) -> int:
    return tx.update(
        flow_session,
        (flow_session.c.status == "running")
        & (flow_session.c.deadline_at < tx.now)
        & (flow_session.c.channel == "voice"),  # by SMS the flow itself hears that nothing came
        status="ended",
        outcome="timed-out",
        ended_at=tx.now,
    )


def _release_holds(tx: Tx) -> int:
    return tx.update(
        campaign_contact,
        (campaign_contact.c.status == "held") & (campaign_contact.c.deadline_at < tx.now),
        status="waiting",
        skip_reasons="",
    )


def _close_ended(rt: Runtime) -> int:
    """Whoever came into a campaign while somebody ended it, and who is left of a list ended in part."""
    waiting = sa.select(campaign_contact.c.id).where(
        campaign_contact.c.campaign_id == campaign.c.id, campaign_contact.c.status.in_(("waiting", "held"))
    )
    ended = sa.select(campaign.c.id).where(campaign.c.state.in_(("stopped", "completed")), waiting.exists())
    with rt.db.read() as tx:
        ids = [row.id for row in tx.all(ended)]
    return sum(close_waiting(rt, campaign_id, _CLOSED_AT_ONCE) for campaign_id in ids)


def _free_stray_tries(tx: Tx) -> int:
    """A person marked as being tried with no leg under way: should never be, and is mended and told."""
    under_way = (
        sa.select(call.c.campaign_contact_id)
        .join(leg, leg.c.call_id == call.c.id)
        .where(
            leg.c.role == "contact",
            leg.c.ended_at.is_(None),
            call.c.campaign_contact_id.is_not(None),
            leg.c.placement.in_(("planned", "claimed", "in-doubt", "placed")),
        )
    )
    strays = tx.all(
        sa.select(campaign_contact.c.id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(
            campaign_contact.c.status == "trying",
            campaign_contact.c.id.not_in(under_way),
            campaign_contact.c.id.not_in(_WRITTEN_TO),
        )
    )
    for row in strays:
        report_incident(tx, "stray-try", row.id)
        tx.update(
            campaign_contact, campaign_contact.c.id == row.id, status="waiting", next_try_at=tx.now + _GRACE
        )
    return len(strays)
