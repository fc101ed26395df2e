"""Lending agents until an hour, asking for them, and answering: the effect on both regions is shown first."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, NotFound
from callsvc.labels import PROBLEMS
from callsvc.routing.aid.foreseeing import Foreseen, foresee
from callsvc.routing.aid.lending_now import order_of
from callsvc.routing.rules.orders import MOST_AGENTS, check_order
from callsvc.routing.service import accept_aid, ask_aid, give_back, lend, refuse_aid, withdraw_aid
from callsvc.supervising.blueprint import blueprint, names_of, regions_of
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.times import zone_of
from callsvc.web.toasts import toast

Kind = Literal["lend", "ask"]


class OrderForm(BaseModel):
    """``mine`` is the reader's region, ``other`` the one they lend to or ask; ``until`` on mine's clock."""

    mine: str = Field(min_length=2, max_length=3)
    other: str = Field(min_length=2, max_length=3)
    agents: int = Field(ge=1, le=MOST_AGENTS)
    until: time

    def sides(self, kind: Kind) -> tuple[str, str]:
        """(aided, aiding)."""
        return (self.other, self.mine) if kind == "lend" else (self.mine, self.other)


def next_at(clock: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The next instant at which clocks there show this: today, or tomorrow when it has passed."""
    local = now.astimezone(zone)
    found = datetime.combine(local.date(), clock, zone)
    return found if found > local else datetime.combine(local.date() + timedelta(days=1), clock, zone)


@blueprint.get("/aid/lend")
@page("routing")
def prepare_lending() -> ResponseReturnValue:
    """A form; once it is filled in, the effect on both regions, and what to press to do it."""
    return _prepare("lend")


@blueprint.get("/aid/ask")
@page("routing")
def prepare_asking() -> ResponseReturnValue:
    return _prepare("ask")


@blueprint.post("/aid/lend")
@page("routing")
def make_lending() -> ResponseReturnValue:
    return _make("lend")


@blueprint.post("/aid/ask")
@page("routing")
def make_asking() -> ResponseReturnValue:
    return _make("ask")


def _prepare(kind: Kind) -> ResponseReturnValue:
    if not request.args:
        return _order_page(kind, blank_form())
    form = read_form(OrderForm, request.args)
    return _order_page(kind, form) if form.data is not None else (_order_page(kind, form), 422)


def _make(kind: Kind) -> ResponseReturnValue:
    principal, form = current_principal(), read_form(OrderForm, request.form)
    if form.data is None:
        return _order_page(kind, form), 422
    try:
        with current_rt().db.begin() as tx:
            _place(tx, kind, form.data, principal)
    except CallsvcError as error:
        form.refuse("", _said(error))
        return _order_page(kind, form), 422
    told = {
        "lend": gettext("Lent from the next call on; given back by itself at the hour."),
        "ask": gettext("Asked. The other region sees it now, and answers."),
    }
    toast(told[kind])
    return redirect(url_for("supervising.aid"))


def _place(tx: Tx, kind: Kind, wanted: OrderForm, principal: Principal) -> None:
    _require_mine(principal, wanted.mine)
    aided, aiding = wanted.sides(kind)
    until = next_at(wanted.until, zone_of(wanted.mine), tx.now)
    if kind == "ask":
        ask_aid(tx, aided=aided, aiding=aiding, agents=wanted.agents, until=until, by=principal)
        return
    shown = foresee(tx, aided=aided, aiding=aiding, agents=wanted.agents).kept()
    lend(tx, aided=aided, aiding=aiding, agents=wanted.agents, until=until, by=principal, predicted=shown)


@blueprint.get("/aid/orders/<order_id>")
@page("routing")
def order(order_id: str) -> ResponseReturnValue:
    """One order for both its sides; whoever is asked sees the effect, of as many agents as they think of."""
    return _one(order_id)


@blueprint.post("/aid/orders/<order_id>/<action>")
@page("routing")
def change_order(order_id: str, action: str) -> ResponseReturnValue:
    """``accept`` (whole or fewer), ``refuse`` (with a reason), ``withdraw`` or ``give-back``."""
    principal = current_principal()
    told = {
        "accept": gettext("Lent from the next call on; given back by itself at the hour."),
        "refuse": gettext("Refused. The region that asked reads why."),
        "withdraw": gettext("Withdrawn."),
        "give-back": gettext("Given back. Calls under way go on to their end."),
    }
    if action not in told:
        raise NotFound("action-unknown", "An order is accepted, refused, withdrawn or given back.")
    try:
        with current_rt().db.begin() as tx:
            _change(tx, order_id, action, principal)
    except CallsvcError as error:
        if error.kind not in ("invalid", "conflict"):
            raise
        return _one(order_id, problem=_said(error)), 422 if error.kind == "invalid" else 409
    toast(told[action])
    return redirect(url_for("supervising.aid"))


def _change(tx: Tx, order_id: str, action: str, principal: Principal) -> None:
    reason = request.form.get("reason", "")
    if action == "accept":
        row = order_of(tx, order_id, principal)
        agents = _number(request.form.get("agents", ""))
        shown = foresee(
            tx, aided=row.aided_region, aiding=row.aiding_region, agents=agents or row.wanted or 1
        )
        accept_aid(tx, order_id, by=principal, agents=agents, predicted=shown.kept())
    elif action == "refuse":
        refuse_aid(tx, order_id, by=principal, reason=reason)
    elif action == "withdraw":
        withdraw_aid(tx, order_id, by=principal)
    else:
        give_back(tx, order_id, by=principal, reason=reason)


def _number(said: str) -> int | None:
    """As many as were asked for when nothing was typed; what is no number is none that can be lent."""
    if not said.strip():
        return None
    return int(said) if said.strip().isascii() and said.strip().isdigit() and len(said) < 6 else 0


def _order_page(kind: Kind, form: Form[Any]) -> str:
    principal = current_principal()
    with current_rt().db.read() as tx:
        mine = {code: name for code, name in regions_of(tx, principal).items() if principal.may_see(code)}
        foreseen, until = None, None
        if form.data is not None:
            try:
                _require_mine(principal, form.data.mine)
                until = next_at(form.data.until, zone_of(form.data.mine), tx.now)
                foreseen = _foreseen(tx, kind, form.data, until)
            except CallsvcError as error:
                form.refuse("", _said(error))
        if len(mine) == 1:
            form.values.setdefault("mine", next(iter(mine)))
        return render_template(
            "supervising/order_new.html",
            kind=kind, form=form, mine=list(mine.items()), all=list(names_of(tx).items()),
            names=names_of(tx), foreseen=foreseen, until=until,
        )  # fmt: skip


def _foreseen(tx: Tx, kind: Kind, wanted: OrderForm, until: datetime) -> Foreseen:
    aided, aiding = wanted.sides(kind)
    check_order(aided, aiding, wanted.agents, until, tx.now)
    if wanted.other not in names_of(tx):
        raise NotFound("region-unknown", "No region has this code.")
    return foresee(tx, aided=aided, aiding=aiding, agents=wanted.agents)


def _one(order_id: str, problem: str = "") -> str:
    principal = current_principal()
    with current_rt().db.read() as tx:
        row = order_of(tx, order_id, principal)
        agents = _number(request.values.get("agents", "")) or row.agents or row.wanted
        foreseen = None
        if row.state == "asked":
            foreseen = foresee(tx, aided=row.aided_region, aiding=row.aiding_region, agents=agents)
        return render_template(
            "supervising/order.html",
            order=row, problem=problem, agents=agents, foreseen=foreseen, names=names_of(tx),
            people=account_names(tx, (row.made_by, row.answered_by, row.ended_by)),
            gives=principal.may_see(row.aiding_region), takes=principal.may_see(row.aided_region),
        )  # fmt: skip


def _require_mine(principal: Principal, code: str) -> None:
    if not principal.may_see(code):
        raise NotFound("region-unknown", "No region of yours has this code.")


def _said(error: CallsvcError) -> str:
    """The error as the reader says it."""
    words: Mapping[str, Any] = PROBLEMS
    return str(words.get(error.id, error.message))
