"""Who waits for an agent, in which place, since when, why; and what a supervisor may do about it."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from sqlalchemy.engine import Row
from werkzeug.datastructures import MultiDict

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.agents.queries import free_agents
from callsvc.agents.tables import agent, agent_skill
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, NotFound
from callsvc.labels import ENTRY_STATES
from callsvc.platforms.tables import platform
from callsvc.routing.queries import IN_ORDER, explain
from callsvc.routing.reassigning import end_entry, put_first, reassign_to_agent, reassign_to_queue
from callsvc.routing.tables import queue_entry, routing_decision
from callsvc.supervising.blueprint import blueprint, names_of, regions_of
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

KINDS = {
    "call": _("call"),
    "callback": _("callback"),
    "sms": _("SMS conversation"),
    "task": _("task"),
}
COLUMNS = (
    Column("entered", _("Waits since"), queue_entry.c.entered_at, indexed=True),
    Column("place", _("Place"), number=True),
    Column("platform", _("Platform"), platform.c.name),
    Column("skill", _("Theme"), queue_entry.c.skill),
    Column("promise", _("At the latest")),
    Column("state", _("State"), queue_entry.c.state),
    Column("why", _("Why")),
)
OPEN = ("pending", "reserved", "assigned")
MOST_OFFERED = 30
"""Free agents of a region among whom a supervisor chooses."""


@blueprint.get("/queues/")
@page("routing")
def queues() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        context = queues_shown(tx, current_principal(), request.args)
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(f"supervising/{'_queues' if fragment else 'queues'}.html", **context)


def queues_shown(
    tx: Tx, principal: Principal, args: "MultiDict[str, str]", *, filtered: bool = True
) -> dict[str, Any]:
    """What the part of a page that shows the queues needs; ``filtered``: with the filters of its own page."""
    names = regions_of(tx, principal)
    filters = (
        ChoiceFilter("state", _("State"), tuple(ENTRY_STATES.items()), equals(queue_entry.c.state)),
        ChoiceFilter("region", _("Region"), tuple(names.items()), equals(queue_entry.c.region_code)),
        ChoiceFilter("kind", _("Kind"), tuple(KINDS.items()), equals(queue_entry.c.kind)),
        TextFilter("skill", _("Theme"), equals(queue_entry.c.skill)),
    )
    listing = Listing(COLUMNS, queue_entry.c.id, "entered", filters if filtered else ())
    chosen = _entries(principal)
    if not args.get("state"):
        chosen = chosen.where(queue_entry.c.state.in_(OPEN))
    table = listing.show(tx, chosen, args, url_for("supervising.queues"))
    return {
        "table": table,
        "names": names,
        "kinds": KINDS,
        "why": _why(tx, table.rows),
        "places": _places(tx, table.rows),
        "now": tx.now,
    }


@blueprint.get("/queues/<entry_id>")
@page("routing")
def entry(entry_id: str) -> ResponseReturnValue:
    """Every decision about one call, in sentences, and what may be done about it."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        row = _mine(tx, principal, entry_id)
        decisions = explain(tx, entry_id)
        for one in decisions:
            one["said"] = one["sentence_fr"] if _french() else one["sentence"]
        waits = row.kind == "call" and row.state in ("pending", "reserved")
        context = {
            "entry": row,
            "decisions": decisions,
            "names": names_of(tx),
            "now": tx.now,
            "kinds": KINDS,
            "place": _places(tx, [row]).get(row.id),
            "agents": _free(tx, principal, row) if waits else [],
            "platforms": _platforms(tx, principal) if waits else [],
            "skills": _skills(tx) if waits else [],
        }
    fragment = request.headers.get("HX-Request") == "true"
    return render_template(f"supervising/{'_entry' if fragment else 'entry'}.html", **context)


@blueprint.post("/queues/<entry_id>/agent")
@page("routing")
def give_to_agent(entry_id: str) -> ResponseReturnValue:
    """Offer it to this agent now."""
    wanted = request.form.get("agent", "")[:40]
    told = gettext("It is being offered to this agent.")
    return _act(entry_id, told, lambda tx, me: reassign_to_agent(tx, me, entry_id, wanted))


@blueprint.post("/queues/<entry_id>/queue")
@page("routing")
def give_to_queue(entry_id: str) -> ResponseReturnValue:
    """Let it wait elsewhere, at the place of its arrival."""
    wanted, skill = request.form.get("platform", "")[:3], request.form.get("skill", "")[:40]
    told = gettext("It waits there now, at the place of its arrival.")
    return _act(
        entry_id,
        told,
        lambda tx, me: reassign_to_queue(tx, me, entry_id, platform_code=wanted, skill=skill),
    )


@blueprint.post("/queues/<entry_id>/first")
@page("routing")
def serve_first(entry_id: str) -> ResponseReturnValue:
    told = gettext("It goes before the others of its queue.")
    return _act(entry_id, told, lambda tx, me: put_first(tx, me, entry_id))


@blueprint.post("/queues/<entry_id>/end")
@page("routing")
def end_call(entry_id: str) -> ResponseReturnValue:
    """Dangerous: the page asks twice."""
    return _act(entry_id, gettext("The call is over."), lambda tx, me: end_entry(tx, me, entry_id))


_TOO_LATE = {
    "entry-not-waiting": lambda: gettext("This call does not wait any more."),
    "entry-over": lambda: gettext("This call is over already."),
    "agent-not-free": lambda: gettext("This agent is not free: choose another one."),
    "agent-does-not-match": lambda: gettext("This agent lacks the theme or the language of the call."),
    "queue-unserved": lambda: gettext("Nobody on duty there takes this theme in the caller's language."),
}


def _act(entry_id: str, told: str, act: Callable[[Tx, Principal], object]) -> ResponseReturnValue:
    """Do it to an entry of the reader's regions; what came too late is told."""
    principal = current_principal()
    try:
        with current_rt().db.begin() as tx:
            _mine(tx, principal, entry_id)
            after = act(tx, principal)
    except Conflict as error:
        said = _TOO_LATE.get(error.id)
        toast(said() if said else error.message, kind="bad")
        return redirect(url_for("supervising.entry", entry_id=entry_id))
    toast(told)
    return redirect(
        url_for("supervising.entry", entry_id=after if isinstance(after, str) and after else entry_id)
    )


def _mine(tx: Tx, principal: Principal, entry_id: str) -> Row[Any]:
    row = tx.first(_entries(principal).where(queue_entry.c.id == entry_id))
    if row is None:
        raise NotFound("entry-unknown", "No queue entry of your regions has this id.")
    return row


def _entries(principal: Principal) -> sa.Select[Any]:
    mine = scope_condition(principal, queue_entry.c.region_code, queue_entry.c.platform_code)
    return (
        sa.select(queue_entry, platform.c.name.label("platform_name"))
        .join(platform, platform.c.code == queue_entry.c.platform_code)
        .where(mine)
    )


def _why(tx: Tx, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """The newest sentence about each entry of a page."""
    ids = [row.id for row in rows]
    found: dict[str, tuple[int, str]] = {}
    for one in tx.all(sa.select(routing_decision).where(routing_decision.c.entry_id.in_(ids))):
        number = int(one.inputs["number"])
        if number >= found.get(one.entry_id, (-1, ""))[0]:
            found[one.entry_id] = (number, one.inputs["sentence_fr"] if _french() else one.sentence)
    return {entry_id: sentence for entry_id, (_, sentence) in found.items()}


def _places(tx: Tx, rows: Sequence[Row[Any]]) -> dict[str, int]:
    """How many of its group stand before each waiting entry of a page, plus one."""
    regions = {row.region_code for row in rows if row.state == "pending"}
    place = sa.func.row_number().over(
        partition_by=(
            queue_entry.c.region_code, queue_entry.c.kind, queue_entry.c.skill, queue_entry.c.language
        ),
        order_by=IN_ORDER,
    )  # fmt: skip
    waiting = (
        sa.select(queue_entry.c.id, place.label("place"))
        .where(queue_entry.c.state == "pending", queue_entry.c.region_code.in_(regions))
        .subquery()
    )
    ids = [row.id for row in rows]
    return {row.id: row.place for row in tx.all(sa.select(waiting).where(waiting.c.id.in_(ids)))}


def _free(tx: Tx, principal: Principal, row: Row[Any]) -> Sequence[Row[Any]]:
    """Free agents of the reader's regions who could take it, those of its own region first."""
    regions = list(regions_of(tx, principal))
    found = free_agents(
        tx, regions, skill=row.skill, language=row.language, first=[agent.c.state_since], limit=MOST_OFFERED
    )
    mine = scope_condition(principal, agent.c.region_code, agent.c.platform_code)
    at_home = sa.case((agent.c.region_code == row.region_code, 0), else_=1)
    return tx.all(
        sa.select(agent.c.id, agent.c.name, agent.c.region_code, agent.c.state_since)
        .where(mine, agent.c.id.in_([one.id for one in found]))
        .order_by(at_home, agent.c.state_since)
        .limit(MOST_OFFERED)
    )


def _platforms(tx: Tx, principal: Principal) -> Sequence[Row[Any]]:
    mine = scope_condition(principal, platform.c.region_code, platform.c.code)
    return tx.all(sa.select(platform.c.code, platform.c.name).where(mine).order_by(platform.c.name))


def _skills(tx: Tx) -> list[str]:
    """The themes somebody has."""
    return [
        row.skill for row in tx.all(sa.select(agent_skill.c.skill).distinct().order_by(agent_skill.c.skill))
    ]


def _french() -> bool:
    return str(get_locale()).startswith("fr")
