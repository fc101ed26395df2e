"""Mutual aid: who helps whom now and by which agreement; a region opts out or in, the effect shown first."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.agents.queries import headcounts
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.platforms.delegating import delegations_in_force
from callsvc.platforms.tables import platform
from callsvc.routing.aid.aid_queries import live_aid
from callsvc.routing.aid.lending_now import orders_shown
from callsvc.routing.queries import WAITING
from callsvc.routing.service import declare_aid
from callsvc.routing.tables import aid_activation, aid_agreement, aid_region, queue_entry
from callsvc.supervising.blueprint import blueprint, names_of, regions_of
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


@dataclass(frozen=True, kw_only=True)
class Line:
    """A region of the reader's, now. ``receives`` and ``gives``: calls by the other region's code."""

    code: str
    name: str
    waiting: int
    on_duty: int
    idle: int
    aided: bool
    opted_out: bool
    receives: dict[str, int]
    gives: dict[str, int]


@blueprint.get("/aid/")
@page("routing")
def aid() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        context = aid_shown(tx, current_principal())
    fragment = request.headers.get("HX-Request") == "true"
    return render_template("supervising/_aid.html" if fragment else "supervising/aid.html", **context)


def aid_shown(tx: Tx, principal: Principal) -> dict[str, Any]:
    """What the part of a page that shows mutual aid needs."""
    return {
        "lines": _lines(tx, principal),
        "names": names_of(tx),
        "agreements": _agreements(tx, principal),
        "delegations": _delegations(tx, principal),
        "orders": orders_shown(tx, principal),
        "acting": {code for code in regions_of(tx, principal) if principal.may_see(code)},
    }


@blueprint.post("/aid/<region_code>/<action>")
@page("routing")
def declare(region_code: str, action: str) -> ResponseReturnValue:
    """``out`` gives no aid from the next decision on, ``in`` gives it again; the rest stays as declared."""
    principal = current_principal()
    if action not in ("in", "out"):
        raise NotFound("action-unknown", "A region opts in or out.")
    with current_rt().db.begin() as tx:
        if region_code not in regions_of(tx, principal) or not principal.may_see(region_code):
            raise NotFound("region-unknown", "No region of yours has this code.")
        row = tx.first(sa.select(aid_region).where(aid_region.c.region_code == region_code))
        declare_aid(
            tx,
            region_code,
            opted_out=action == "out",
            reserve=row.reserve if row else None,
            floor=row.floor if row else None,
        )
        record_access(tx, principal, "aid-declared", region_code, {"opted_out": action == "out"})
    told = {
        "out": gettext("The region gives no aid from the next call on."),
        "in": gettext("The region gives aid again."),
    }
    back = {"region_code": region_code, "action": "in" if action == "out" else "out"}
    toast(told[action], undo=("supervising.declare", back))
    return redirect(url_for("supervising.aid"))


def _lines(tx: Tx, principal: Principal) -> list[Line]:
    mine = regions_of(tx, principal)
    heads = {row.region_code: row for row in headcounts(tx, list(mine))}
    waiting = _by_region(tx, queue_entry.c.region_code, WAITING)
    active = {row.region_code for row in tx.all(sa.select(aid_activation).where(aid_activation.c.active))}
    out = {row.region_code for row in tx.all(sa.select(aid_region).where(aid_region.c.opted_out))}
    receives: dict[str, dict[str, int]] = {code: {} for code in mine}
    gives: dict[str, dict[str, int]] = {code: {} for code in mine}
    for one in live_aid(tx):
        for mesh, here, there in (
            (receives, one.region_code, one.agent_region),
            (gives, one.agent_region, one.region_code),
        ):
            if here in mesh:
                mesh[here][there] = mesh[here].get(there, 0) + one.calls
    return [
        Line(
            code=code, name=name, waiting=waiting.get(code, 0),
            on_duty=heads[code].on_duty if code in heads else 0,
            idle=heads[code].idle if code in heads else 0,
            aided=code in active, opted_out=code in out, receives=receives[code], gives=gives[code],
        )
        for code, name in mine.items()
    ]  # fmt: skip


def _by_region(tx: Tx, column: sa.ColumnElement[Any], where: sa.ColumnElement[bool]) -> dict[str, int]:
    rows = tx.all(sa.select(column.label("code"), sa.func.count().label("n")).where(where).group_by(column))
    return {row.code: row.n for row in rows}


def _agreements(tx: Tx, principal: Principal) -> Any:
    keys = (aid_agreement.c.aided_region, aid_agreement.c.aiding_region)
    mine = sa.or_(*(scope_condition(principal, key) for key in keys))
    return tx.all(
        sa.select(aid_agreement).where(mine).order_by(aid_agreement.c.aided_region, aid_agreement.c.rank)
    )


def _delegations(tx: Tx, principal: Principal) -> list[tuple[str, int]]:
    """Platforms of the reader's that gave their phone away, or took it back: (name, percent)."""
    mine = scope_condition(principal, platform.c.region_code, platform.c.code)
    names = {row.code: row.name for row in tx.all(sa.select(platform).where(mine).order_by(platform.c.name))}
    return [(names[code], share) for code, share in delegations_in_force(tx).items() if code in names]
