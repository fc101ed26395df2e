"""Calls in the console, ``/console/calls/``: every leg that was ever meant, without a number or a name."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.calls.tables import call, leg
from callsvc.campaigns.queries import titles_seen
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.carrier.vocabulary import CALL_RANK
from callsvc.core.db import Tx
from callsvc.labels import DIRECTIONS, LEG_STATES, ROLES
from callsvc.platforms.queries import regions_by_name
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, DateFilter, Filter, NumberFilter, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.times import reader_zone

blueprint = Blueprint("calls", __name__, url_prefix="/console/calls")

# The carrier's word once it has said one, else how far our own intent has come.
_STATE = sa.func.coalesce(leg.c.status, leg.c.placement)

COLUMNS = (
    Column("planned", _("Planned"), leg.c.planned_at, indexed=True, down_first=True),
    Column("direction", _("Direction"), call.c.direction),
    Column("role", _("With"), leg.c.role),
    Column("campaign", _("Campaign"), campaign.c.title),
    Column("region", _("Region"), call.c.region_code),
    Column("state", _("State"), _STATE),
    Column("duration", _("Duration"), leg.c.duration_s, down_first=True, number=True),
    Column("outcome", _("Outcome"), leg.c.disposition),
)


@blueprint.get("/")
@page("report")
def index() -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        names = {row.code: row.name for row in regions_by_name(tx)}
        listing = Listing(COLUMNS, leg.c.id, "-planned", _filters(tx, principal, names))
        table = listing.show(tx, _legs(principal), request.args, request.path)
    return render_template("calls/list.html", table=table, names=names)


def _legs(principal: Principal) -> sa.Select[Any]:
    return (
        sa.select(
            leg.c.id,
            leg.c.role,
            leg.c.planned_at,
            leg.c.duration_s,
            leg.c.disposition,
            _STATE.label("state"),
            call.c.direction,
            call.c.region_code,
            campaign.c.id.label("campaign_id"),
            campaign.c.title.label("campaign_title"),
        )
        .join(call, call.c.id == leg.c.call_id)
        .outerjoin(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .outerjoin(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(scope_condition(principal, call.c.region_code, call.c.platform_code))
    )


def _filters(tx: Tx, principal: Principal, names: dict[str, str]) -> tuple[Filter, ...]:
    titles = titles_seen(tx, principal)
    mine = tuple((code, name) for code, name in names.items() if principal.works_in(code))
    return (
        DateFilter("day", _("Day"), leg.c.planned_at, reader_zone()),
        ChoiceFilter("state", _("State"), tuple(LEG_STATES.items()), _in_state),
        ChoiceFilter("direction", _("Direction"), tuple(DIRECTIONS.items()), equals(call.c.direction)),
        ChoiceFilter("role", _("With"), tuple(ROLES.items()), equals(leg.c.role)),
        ChoiceFilter("campaign", _("Campaign"), titles, equals(campaign_contact.c.campaign_id)),
        ChoiceFilter("region", _("Region"), mine, equals(call.c.region_code)),
        NumberFilter("duration", _("Duration"), leg.c.duration_s, "s"),
    )


def _in_state(word: str) -> sa.ColumnElement[bool]:
    if word in CALL_RANK:
        return leg.c.status == word
    return leg.c.status.is_(None) & (leg.c.placement == word)
