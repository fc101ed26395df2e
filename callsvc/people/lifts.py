"""Do-not-contact entries that are to end: asked for on a person's page, decided by another on a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.contacts.lifting import ask_lift, lift_suppression, refuse_lift, seen_suppressions
from callsvc.contacts.tables import contact, contact_number, suppression, suppression_lift
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid, NotFound
from callsvc.people.acts import again, back, seen
from callsvc.people.blueprint import blueprint
from callsvc.people.forms import LiftWished
from callsvc.people.sources.wishes import scope_sentence
from callsvc.web import current_rt
from callsvc.web.forms import read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

_MOST = 200  # wishes on one page, the oldest first
_PERSON = "message:"  # what a wish is asked by when the person wrote START


@dataclass(frozen=True, kw_only=True)
class Wish:
    """``asked_by``: a name; empty: the person themselves. ``people``: ids of those who have the number."""

    row: Row[Any]
    asked_by: str
    mine: bool
    people: tuple[str, ...]


def awaiting_lift(tx: Tx, principal: Principal) -> int:
    """How many wishes this principal may decide: what the menu shows beside the entry."""
    others = suppression_lift.c.asked_by != principal.account_id
    counted = _wishes(principal).where(others).with_only_columns(sa.func.count())
    return int(tx.scalar(counted.order_by(None)) or 0)


@blueprint.get("/lifts")
@page("contacts")
def lifts() -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        rows = tx.all(_wishes(principal).limit(_MOST))
        names = account_names(tx, [row.asked_by for row in rows])
        people = people_with(tx, principal, [row.number_id for row in rows])
    wishes = [
        Wish(
            row=row,
            asked_by="" if row.asked_by.startswith(_PERSON) else names.get(row.asked_by) or row.asked_by,
            mine=row.asked_by == principal.account_id,
            people=tuple(people.get(row.number_id, ()))[:3],
        )
        for row in rows
    ]
    return render_template("people/lifts.html", wishes=wishes, scope_sentence=scope_sentence)


def _wishes(principal: Principal) -> sa.Select[Any]:
    """Without an answer, the oldest first, with the entry each is about."""
    entry = suppression.c
    return (
        sa.select(suppression_lift, entry.number_id, entry.scope, entry.purpose, entry.source, entry.evidence)
        .add_columns(entry.recorded_at)
        .join(suppression, entry.id == suppression_lift.c.suppression_id)
        .where(suppression_lift.c.status == "asked", seen_suppressions(principal))
        .order_by(suppression_lift.c.asked_at, suppression_lift.c.id)
    )


def people_with(tx: Tx, principal: Principal, number_ids: Sequence[str]) -> dict[str, list[str]]:
    """By number the ids of the people of the principal's places who have it."""
    mine = scope_condition(principal, contact.c.region_code, contact.c.platform_code)
    wanted = (
        sa.select(contact_number.c.number_id, contact.c.id)
        .join(contact, contact.c.id == contact_number.c.contact_id)
        .where(contact_number.c.number_id.in_(number_ids), mine)
        .order_by(contact.c.id)
    )
    found: dict[str, list[str]] = {}
    for row in tx.all(wanted):
        found.setdefault(row.number_id, []).append(row.id)
    return found


@blueprint.post("/<contact_id>/lift-wishes")
@page("contacts")
def wish_lift(contact_id: str) -> ResponseReturnValue:
    form = read_form(LiftWished, request.form)
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if form.data is None:
            return again(tx, card, form, "wish_lift")
        if form.data.entry not in {id for id, _said in card.silences}:
            raise NotFound("suppression-unknown", "Nothing of this kind holds for this person.")
        try:
            ask_lift(tx, current_principal(), form.data.entry, form.data.reason)
        except Invalid:
            form.refuse("reason", gettext("Say why without a phone number: the log keeps it for good."))
            return again(tx, card, form, "wish_lift")
    toast(gettext("Another person decides: until then it holds."))
    return back(contact_id)


@blueprint.post("/lifts/<suppression_id>/lift")
@page("contacts")
def lift(suppression_id: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        lift_suppression(tx, current_principal(), suppression_id)
    toast(gettext("It does not hold any more."))
    return redirect(url_for("people.lifts"))


@blueprint.post("/lifts/<suppression_id>/refuse")
@page("contacts")
def refuse(suppression_id: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        refuse_lift(tx, current_principal(), suppression_id)
    toast(gettext("It holds as before."))
    return redirect(url_for("people.lifts"))
