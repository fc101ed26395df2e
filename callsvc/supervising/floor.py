"""Agents: what each is doing and since when; a supervisor may change an activity."""

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.agents.tables import agent, team
from callsvc.core.errors import NotFound
from callsvc.labels import ACTIVITIES, AGENT_STATES
from callsvc.platforms.tables import platform
from callsvc.routing import service as routing
from callsvc.supervising.blueprint import blueprint, regions_of
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, contains, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

COLUMNS = (
    Column("name", _("Agent"), agent.c.name),
    Column("region", _("Region"), agent.c.region_code),
    Column("platform", _("Platform"), platform.c.name),
    Column("team", _("Team"), team.c.name),
    Column("activity", _("Activity"), agent.c.activity),
    Column("state", _("State"), agent.c.state),
    Column("since", _("Since"), agent.c.state_since, down_first=True),
    Column("change", _("Change")),
)


@blueprint.get("/agents/")
@page("routing")
def agents() -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        names = regions_of(tx, principal)
        filters = (
            TextFilter("name", _("Agent"), contains(agent.c.name)),
            ChoiceFilter("activity", _("Activity"), tuple(ACTIVITIES.items()), equals(agent.c.activity)),
            ChoiceFilter("state", _("State"), tuple(AGENT_STATES.items()), equals(agent.c.state)),
            ChoiceFilter("region", _("Region"), tuple(names.items()), equals(agent.c.region_code)),
        )
        listing = Listing(COLUMNS, agent.c.id, "name", filters)
        table = listing.show(tx, _agents(principal), request.args, request.path)
    fragment = request.headers.get("HX-Request") == "true"
    template = "supervising/_agents.html" if fragment else "supervising/agents.html"
    return render_template(template, table=table, names=names, activities=ACTIVITIES)


@blueprint.post("/agents/<agent_id>/activity")
@page("routing")
def change_activity(agent_id: str) -> ResponseReturnValue:
    """Declare for an agent: one who went home and stayed ready keeps calls from others."""
    principal, rt = current_principal(), current_rt()
    with rt.db.begin() as tx:
        row = tx.first(_agents(principal).where(agent.c.id == agent_id))
        if row is None:
            raise NotFound("agent-unknown", "No agent of your regions has this id.")
        wanted = request.form.get("activity", "")[:40]
        record_access(tx, principal, "activity-changed", agent_id, {"from": row.activity, "to": wanted})
    routing.set_activity(rt, agent_id, wanted)
    toast(gettext("The activity is changed. A call under way goes on to its end."))
    return redirect(url_for("supervising.agents"))


def _agents(principal: Principal) -> sa.Select[Any]:
    mine = scope_condition(principal, agent.c.region_code, agent.c.platform_code)
    return (
        sa.select(agent, platform.c.name.label("platform_name"), team.c.name.label("team_name"))
        .join(platform, platform.c.code == agent.c.platform_code)
        .outerjoin(team, team.c.id == agent.c.team_id)
        .where(mine, agent.c.left_at.is_(None))
    )
