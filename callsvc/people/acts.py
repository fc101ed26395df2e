"""The buttons of a person's page. Each act is a form of its own, and answers with the page again."""

from datetime import UTC, datetime
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import current_principal, page
from callsvc.campaigns.queries import campaign_seen
from callsvc.contacts.numbers import read_typed
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.people import acting
from callsvc.people.blueprint import blueprint
from callsvc.people.card import Card, card_of
from callsvc.people.forms import CallbackWish, ChoicesSaid, Enrolment, NumberGiven, OptOut
from callsvc.people.looking import whole_context
from callsvc.web import current_rt
from callsvc.web.forms import Form, read_form
from callsvc.web.texts import gettext
from callsvc.web.times import when
from callsvc.web.toasts import toast


@blueprint.post("/<contact_id>/opt-out")
@page("contacts")
def opt_out(contact_id: str) -> ResponseReturnValue:
    form = read_form(OptOut, request.form)
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if form.data is None:
            return again(tx, card, form, "opt_out")
        try:
            acting.opt_out(tx, current_principal(), card.subject, form.data.scope, form.data.purpose)
        except Invalid:
            form.refuse("purpose", gettext("Name the purpose, and only for that choice."))
            return again(tx, card, form, "opt_out")
    toast(gettext("Their wish is in force."))
    return back(contact_id)


@blueprint.post("/<contact_id>/choices")
@page("contacts")
def note_choices(contact_id: str) -> ResponseReturnValue:
    form = read_form(ChoicesSaid, request.form)
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if form.data is None:
            return again(tx, card, form, "note_choices")
        acting.note_choices(tx, current_principal(), card.subject, form.data.choices)
    toast(gettext("Their choices hold from now on."))
    return back(contact_id)


@blueprint.post("/<contact_id>/numbers")
@page("contacts")
def give_number(contact_id: str) -> ResponseReturnValue:
    form = read_form(NumberGiven, request.form)
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if form.data is None:
            return again(tx, card, form, "give_number")
        if form.data.instead_of and form.data.instead_of not in card.subject.number_ids:
            raise NotFound("number-unknown", "This person does not have the number that is to be replaced.")
        try:
            number = read_typed(current_rt().settings, form.data.number)
        except Invalid:
            form.refuse("number", gettext("This is not one number that may be called."))
            return again(tx, card, form, "give_number")
        acting.add_number(tx, current_principal(), contact_id, number, instead_of=form.data.instead_of)
    toast(gettext("The number is noted."))
    return back(contact_id)


@blueprint.post("/<contact_id>/places/<place_id>/first")
@page("contacts")
def call_first(contact_id: str, place_id: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if place_id not in card.subject.place_ids:
            raise NotFound("campaign-contact-unknown", "This person has no such place in a campaign.")
        acting.call_first(tx, current_principal(), contact_id, place_id)
    toast(gettext("They are called as soon as they may be."))
    return back(contact_id)


@blueprint.post("/<contact_id>/campaigns")
@page("contacts")
def enrol(contact_id: str) -> ResponseReturnValue:
    form = read_form(Enrolment, request.form)
    principal = current_principal()
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if form.data is None:
            return again(tx, card, form, "enrol")
        campaign_seen(tx, principal, form.data.campaign_id)
        try:
            new = acting.enrol(tx, principal, contact_id, form.data.campaign_id)
        except Conflict:
            form.refuse("campaign_id", gettext("This campaign is over: choose another one."))
            return again(tx, card, form, "enrol")
    toast(gettext("They are in the campaign.") if new else gettext("They were in the campaign already."))
    return back(contact_id)


@blueprint.post("/<contact_id>/callbacks")
@page("contacts")
def book_callback(contact_id: str) -> ResponseReturnValue:
    form = read_form(CallbackWish, request.form)
    with current_rt().db.begin() as tx:
        card = seen(tx, contact_id)
        if form.data is None:
            return again(tx, card, form, "book_callback")
        if form.data.number_id not in card.subject.number_ids:
            raise NotFound("number-unknown", "This person does not have this number.")
        zone = ZoneInfo(card.zone or "Europe/Paris")
        wished = datetime.combine(form.data.day, clock_time.fromisoformat(form.data.time), zone).astimezone(
            UTC
        )
        try:
            due = acting.book_callback(tx, current_principal(), contact_id, form.data.number_id, wished)
        except Invalid:
            form.refuse("day", gettext("This moment has passed: choose a later one."))
            return again(tx, card, form, "book_callback")
    toast(gettext("They are called back: %(moment)s.", moment=when(due, zone).striptags()))
    return back(contact_id)


def seen(tx: Tx, contact_id: str) -> Card:
    return card_of(tx, current_principal(), contact_id)


def back(contact_id: str) -> ResponseReturnValue:
    return redirect(url_for("people.show", contact_id=contact_id))


def again(tx: Tx, card: Card, form: Form[Any], failed: str) -> ResponseReturnValue:
    """The page with what is wrong said on top; what was typed is in the field, never in an address."""
    record_read(tx, current_principal(), "contact", card.id)
    return render_template("people/page.html", **whole_context(tx, card, failed, form)), 422
