"""Whose conversation a session is: a call's by its leg, one by SMS by the person's place in a campaign."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from callsvc.calls.tables import call, leg
from callsvc.campaigns.tables import campaign_contact
from callsvc.flows.tables import flow_session

_called = campaign_contact.alias("called")
texted = campaign_contact.alias("texted")


@dataclass(frozen=True)
class Place:
    """Where a session belongs; null columns for one whose call is not kept any more."""

    region: sa.ColumnElement[Any]
    platform: sa.ColumnElement[Any]
    campaign: sa.ColumnElement[Any]


PLACE = Place(
    sa.func.coalesce(call.c.region_code, texted.c.region_code),
    sa.func.coalesce(call.c.platform_code, texted.c.platform_code),
    sa.func.coalesce(_called.c.campaign_id, texted.c.campaign_id),
)


def placed(sessions: sa.Select[Any]) -> sa.Select[Any]:
    """The same sessions with what ``PLACE`` reads joined to them."""
    return (
        sessions.outerjoin(leg, leg.c.id == flow_session.c.subject_id)
        .outerjoin(call, call.c.id == leg.c.call_id)
        .outerjoin(_called, _called.c.id == call.c.campaign_contact_id)
        .outerjoin(texted, texted.c.id == flow_session.c.subject_id)
    )
