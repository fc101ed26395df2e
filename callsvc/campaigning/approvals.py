"""What waits for a second person, as its page lists it and the menu counts it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.nesting import Whole
from callsvc.campaigns.needing import approval_terms, set_approval_size
from callsvc.campaigns.queries import campaigns_in_scope
from callsvc.campaigns.tables import campaign_approval
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


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


class Size(BaseModel):
    """How many people one person may call alone (0: as many as they like), and what a yes covers beyond."""

    people: Whole = Field(ge=0, le=100_000_000)
    margin: Whole = Field(ge=0, le=100)


@blueprint.get("/approvals")
@page("campaigns")
def approvals() -> ResponseReturnValue:
    return _shown()


@blueprint.post("/approvals/size")
@page("campaigns")
def set_size() -> ResponseReturnValue:
    """For administrators of the whole country alone."""
    if not current_principal().sees_everything:
        raise Forbidden("whole-country-needed", "Only an account of the whole country decides this.")
    form = read_form(Size, request.form)
    if form.data is None:
        return _shown(form), 422
    with current_rt().db.begin() as tx:
        by = current_principal().account_id
        set_approval_size(tx, form.data.people, by, margin=form.data.margin)
    toast(gettext("It holds for every start from now on."))
    return redirect(url_for("campaigns.approvals"))


def _shown(form: Form[Any] | None = None) -> str:
    with current_rt().db.read() as tx:
        rows = waiting_for_approval(tx, current_principal())
        names = account_names(tx, [row.asked_by for row in rows])
        terms = approval_terms(tx)
    return render_template(
        "campaigns/approvals.html",
        rows=rows,
        names=names,
        me=current_principal().account_id,
        terms=terms,
        form=form or blank_form({"people": terms.size, "margin": terms.margin}),
    )
