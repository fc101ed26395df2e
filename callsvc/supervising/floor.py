"""Agents: what each is doing and since when; an activity is changed, a wish beyond a limit is answered."""

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from sqlalchemy.engine import Row
from werkzeug.datastructures import MultiDict

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.agents.limits import over_time, waiting_wishes
from callsvc.agents.tables import activity_wish, agent, team
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, NotFound
from callsvc.labels import ACTIVITIES, AGENT_STATES
from callsvc.platforms.tables import platform
from callsvc.routing import service as routing
from callsvc.routing.tables import queue_entry, reservation
from callsvc.routing.talking.listening import listening_of
from callsvc.supervising.blueprint import blueprint, names_of, regions_of
from callsvc.supervising.listening import MODES, terms_shown
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
    Column("call", _("Call")),
    Column("change", _("Change")),
)


@blueprint.get("/agents/")
@page("routing")
def agents() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        context = agents_shown(tx, current_principal(), request.args)
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(f"supervising/{'_agents' if fragment else 'agents'}.html", **context)


def agents_shown(
    tx: Tx, principal: Principal, args: "MultiDict[str, str]", *, filtered: bool = True
) -> dict[str, Any]:
    """What the part of a page that shows agents needs; ``filtered``: with the filters of its own page."""
    names = regions_of(tx, principal)
    filters = (
        TextFilter("name", _("Agent"), contains(agent.c.name)),
        ChoiceFilter("activity", _("Activity"), tuple(ACTIVITIES.items()), equals(agent.c.activity)),
        ChoiceFilter("state", _("State"), tuple(AGENT_STATES.items()), equals(agent.c.state)),
        ChoiceFilter("region", _("Region"), tuple(names.items()), equals(agent.c.region_code)),
    )
    listing = Listing(COLUMNS, agent.c.id, "name", filters if filtered else ())
    mine = listening_of(tx, principal.account_id)
    return {
        "table": listing.show(tx, _agents(principal), args, url_for("supervising.agents")),
        "mine": mine,
        "heard": _heard_name(tx, mine),
        "wishes": waiting_wishes(tx, _scope(principal)),
        "late": over_time(tx, _scope(principal)),
        "names": names,
        "all_names": names_of(tx),
        "terms": terms_shown(tx, principal) if filtered else None,
        "now": tx.now,
        "activities": ACTIVITIES,
        "modes": MODES,
    }


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
    routing.set_activity(rt, agent_id, wanted, by=principal.account_id)
    toast(gettext("The activity is changed. A call under way goes on to its end."))
    return redirect(url_for("supervising.agents"))


@blueprint.post("/agents/<agent_id>/wishes/<wish_id>/<action>")
@page("routing")
def decide_wish(agent_id: str, wish_id: str, action: str) -> ResponseReturnValue:
    """Let an agent go beyond their region's limit for an activity, or not."""
    principal, rt = current_principal(), current_rt()
    if action not in ("grant", "refuse"):
        raise NotFound("action-unknown", "A wish is granted or refused.")
    with rt.db.begin() as tx:
        wish = (activity_wish.c.id == wish_id) & (activity_wish.c.agent_id == agent_id)
        if tx.first(_agents(principal).where(agent.c.id == agent_id, sa.exists().where(wish))) is None:
            raise NotFound("wish-unknown", "No agent of your regions asked for this.")
        record_access(tx, principal, "activity-wish", agent_id, {"granted": action == "grant"})
    try:
        routing.decide_wish(rt, wish_id, granted=action == "grant", by=principal.account_id)
    except Conflict:
        toast(
            gettext("This wish is over: the agent does something else now, or it was answered."), kind="bad"
        )
    else:
        toast(gettext("Granted.") if action == "grant" else gettext("Refused; the agent sees it."))
    return redirect(url_for("supervising.agents"))


def _heard_name(tx: Tx, mine: Row[Any] | None) -> str:
    """The name of the agent whose conversation the reader is in."""
    if mine is None:
        return ""
    return str(tx.scalar(sa.select(agent.c.name).where(agent.c.id == mine.heard_agent_id)))


def _scope(principal: Principal) -> sa.ColumnElement[bool]:
    return scope_condition(principal, agent.c.region_code, agent.c.platform_code)


def _agents(principal: Principal) -> sa.Select[Any]:
    """Each with the call they have in hand, if they have one."""
    talking = reservation.c.bridged_at.is_not(None) & reservation.c.talk_ended_at.is_(None)
    return (
        sa.select(
            agent,
            platform.c.name.label("platform_name"),
            team.c.name.label("team_name"),
            queue_entry.c.region_code.label("call_region"),
            queue_entry.c.skill.label("call_skill"),
            (talking & reservation.c.conference_id.is_not(None)).label("talking"),
        )
        .join(platform, platform.c.code == agent.c.platform_code)
        .outerjoin(team, team.c.id == agent.c.team_id)
        .outerjoin(reservation, reservation.c.id == agent.c.reservation_id)
        .outerjoin(queue_entry, queue_entry.c.id == reservation.c.entry_id)
        .where(_scope(principal), agent.c.left_at.is_(None))
    )
