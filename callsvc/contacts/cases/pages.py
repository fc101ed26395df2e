"""``/console/cases/``: cases of one's regions, and the queue of those with the regional authority."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal
from callsvc.contacts.cases.handing_over import change_handover, hand_over
from callsvc.contacts.cases.queries import (
    HANDOVER_STATE,
    case_seen,
    cases_seen,
    handover_seen,
    handovers_seen,
    note_of,
    platform,
    steps_of,
)
from callsvc.contacts.cases.rules import OPEN, OUTCOMES, REASONS, RETURNS
from callsvc.contacts.cases.words import STATES, WHY
from callsvc.contacts.tables import case_handover, tracing_case
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, equals
from callsvc.web.listing import Column, Listing
from callsvc.web.toasts import toast

blueprint = Blueprint("cases", __name__, url_prefix="/console/cases")

COLUMNS = (
    Column("reference", _("Case"), tracing_case.c.reference, indexed=True),
    Column("platform", _("Platform"), tracing_case.c.platform_code),
    Column("reported", _("Reported"), tracing_case.c.reported_at, down_first=True),
    Column("contacts", _("Contacts")),
    Column("state", _("Regional authority")),
)
SAID = {"take": _("The authority has this case."), "return": _("The case was given back."),
        "close": _("The hand-over is closed.")}  # fmt: skip
_WORDS = {"states": STATES, "why": WHY, "reasons": REASONS, "outcomes": OUTCOMES, "returns": RETURNS}


@blueprint.get("/")
@page("contacts")
def index() -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        listing = Listing(COLUMNS, tracing_case.c.id, "-reported", _filters())
        table = listing.show(tx, cases_seen(principal), request.args, request.path)
        handed = case_handover.c
        late = sa.func.coalesce(sa.func.sum(sa.case((handed.late, 1), else_=0)), 0).label("late")
        queue = tx.all(
            handovers_seen(principal)
            .where(handed.state.in_(OPEN))
            .with_only_columns(sa.func.count().label("open"), late, maintain_column_froms=True)
        )[0]
    return render_template("cases/list.html", table=table, queue=queue, **_WORDS)


def _filters() -> tuple[Any, ...]:
    states = tuple((state, said) for state, said in STATES.items() if state)
    return (
        TextFilter("reference", _("Case"), equals(tracing_case.c.reference)),
        TextFilter("platform", _("Platform"), equals(tracing_case.c.platform_code)),
        ChoiceFilter("state", _("Regional authority"), states, equals(HANDOVER_STATE)),
    )


@blueprint.get("/<case_id>")
@page("contacts")
def show(case_id: str) -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.begin() as tx:
        case = case_seen(tx, principal, case_id)
        handed = handovers_seen(principal).where(case_handover.c.case_id == case_id)
        rows = tx.all(handed.order_by(case_handover.c.asked_at.desc(), case_handover.c.id.desc()))
        notes = {row.id: note_of(tx, row) for row in rows}
        for id in (id for id, note in notes.items() if note):
            record_read(tx, principal, "handover", id)
        steps = steps_of(tx, [row.id for row in rows])
        name = tx.scalar(sa.select(platform.c.name).where(platform.c.code == case.platform_code))
        people = account_names(tx, [step.by for step in steps])
    return render_template(
        "cases/page.html", case=case, handovers=rows, notes=notes, steps=steps, people=people,
        platform_name=name, open=[row for row in rows if row.state in OPEN], **_WORDS,
    )  # fmt: skip


@blueprint.post("/<case_id>/handover")
@page("contacts")
def begin(case_id: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        hand_over(
            tx, current_principal(), case_id, request.form.get("reason", ""),
            request.form.get("note", "").strip()[:1000],
        )  # fmt: skip
    toast(gettext("The case waits for the regional authority."))
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/handovers/<handover_id>/take")
@page("contacts")
def take(handover_id: str) -> ResponseReturnValue:
    return _change(current_principal(), handover_id, "take")


@blueprint.post("/handovers/<handover_id>/return")
@page("contacts")
def give_back(handover_id: str) -> ResponseReturnValue:
    return _change(current_principal(), handover_id, "return", request.form.get("why", ""))


@blueprint.post("/handovers/<handover_id>/close")
@page("contacts")
def close(handover_id: str) -> ResponseReturnValue:
    return _change(current_principal(), handover_id, "close", request.form.get("why", ""))


def _change(principal: Principal, handover_id: str, action: str, why: str = "") -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        change_handover(tx, principal, handover_id, action, why)
        case_id = handover_seen(tx, principal, handover_id).case_id
    toast(SAID[action])
    return redirect(url_for("cases.show", case_id=case_id))
