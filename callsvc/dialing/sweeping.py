"""Nothing waits for ever: what passed its own deadline is brought to an end and written down."""

from datetime import timedelta

import sqlalchemy as sa

from callsvc.calls.statuses import report_incident
from callsvc.calls.tables import call, leg
from callsvc.campaigns.service import close_waiting
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.flows.tables import flow_session
from callsvc.runtime import Runtime

_GRACE = timedelta(minutes=5)  # lived


def sweep(rt: Runtime) -> int:
    """End sessions, holds and tries that outlived their deadline; returns how many there were."""
    with rt.db.begin() as tx:
        return _end_sessions(tx) + _release_holds(tx) + _free_stray_tries(tx) + _close_stopped(tx)


def _end_sessions(tx: Tx) -> int:
    return tx.update(
        flow_session,
        (flow_session.c.status == "running") & (flow_session.c.deadline_at < tx.now),
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


def _close_stopped(tx: Tx) -> int:
    """Whoever came into a campaign while somebody pressed stop."""
    late = sa.select(campaign.c.id).where(
        campaign.c.state == "stopped",
        campaign.c.id.in_(
            sa.select(campaign_contact.c.campaign_id).where(
                campaign_contact.c.status.in_(("waiting", "held"))
            )
        ),
    )
    return sum(close_waiting(tx, row.id) for row in tx.all(late))


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
        .where(campaign_contact.c.status == "trying", campaign_contact.c.id.not_in(under_way))
    )
    for row in strays:
        report_incident(tx, "stray-try", row.id)
        tx.update(
            campaign_contact, campaign_contact.c.id == row.id, status="waiting", next_try_at=tx.now + _GRACE
        )
    return len(strays)
