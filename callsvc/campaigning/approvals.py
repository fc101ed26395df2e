"""What waits for a second person, as its page lists it and the menu counts it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigns.queries import campaigns_in_scope
from callsvc.campaigns.tables import campaign_approval
from callsvc.core.db import Tx
from callsvc.web import current_rt


def waiting_for_approval(tx: Tx, principal: Principal) -> Sequence[Row[Any]]:
    """Questions without an answer about campaigns that are the principal's to see, the oldest first."""
    mine = campaigns_in_scope(principal).subquery()
    return tx.all(
        sa.select(
            mine.c.id,
            mine.c.title,
            mine.c.state,
            campaign_approval.c.asked_by,
            campaign_approval.c.asked_at,
            campaign_approval.c.people,
        )
        .join(campaign_approval, campaign_approval.c.campaign_id == mine.c.id)
        .where(campaign_approval.c.state == "asked", mine.c.state.not_in(("stopped", "completed")))
        .order_by(campaign_approval.c.asked_at, mine.c.id)
    )


def awaiting(tx: Tx, principal: Principal) -> int:
    """How many of them somebody else asked: what the menu shows beside the entry."""
    return sum(row.asked_by != principal.account_id for row in waiting_for_approval(tx, principal))


@blueprint.get("/approvals")
@page("campaigns")
def approvals() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        rows = waiting_for_approval(tx, current_principal())
        names = account_names(tx, [row.asked_by for row in rows])
    return render_template(
        "campaigns/approvals.html", rows=rows, names=names, me=current_principal().account_id
    )
