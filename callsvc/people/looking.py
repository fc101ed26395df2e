"""Looking: the search, who was found, one person, what an SMS says."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import current_principal, page
from callsvc.campaigns.queries import titles_seen
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.people.blueprint import blueprint
from callsvc.people.card import Card, card_of
from callsvc.people.forms import Search
from callsvc.people.searching import keep_search, kept_search, look, why_not_yet
from callsvc.people.sources.messages import text_of
from callsvc.people.sources.wishes import choice_sentences, scope_sentence
from callsvc.people.timeline import timeline_of
from callsvc.platforms.queries import regions
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form


@blueprint.get("/")
@page("contacts")
def index() -> ResponseReturnValue:
    return render_template("people/search.html", form=blank_form())


@blueprint.post("/")
@page("contacts")
def search() -> ResponseReturnValue:
    """The answer is an address that holds an id: what was asked for stands in no URL, and in no log."""
    form = read_form(Search, request.form)
    if form.data is None:
        return render_template("people/search.html", form=form), 422
    with current_rt().db.begin() as tx:
        search_id = keep_search(tx, current_principal(), form.data.wanted)
    return redirect(url_for("people.found", search_id=search_id))


@blueprint.get("/found/<search_id>")
@page("contacts")
def found(search_id: str) -> ResponseReturnValue:
    principal = current_principal()
    wanted_page = request.args.get("page", "1")
    number = int(wanted_page) if wanted_page.isascii() and wanted_page.isdigit() else 1
    with current_rt().db.begin() as tx:
        wanted = kept_search(tx, principal, search_id)
        shown = look(tx, principal, wanted, search_id=search_id, page=number)
        waiting = why_not_yet(tx, principal, shown)
    form = blank_form({kind: getattr(wanted, kind) for kind in wanted.kinds})
    return render_template("people/found.html", form=form, shown=shown, search_id=search_id, waiting=waiting)


@blueprint.get("/<contact_id>")
@page("contacts")
def show(contact_id: str) -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.begin() as tx:
        card = card_of(tx, principal, contact_id)
        record_read(tx, principal, "contact", contact_id)
        told = whole_context(tx, card)
    return render_template("people/page.html", **told)


@blueprint.get("/<contact_id>/live")
@page("contacts", live=True)
def live(contact_id: str) -> ResponseReturnValue:
    """The part that changes: no name and no number in it, so that looking on is no further reading."""
    with current_rt().db.read() as tx:
        return render_template(
            "people/_live.html", **context_of(tx, card_of(tx, current_principal(), contact_id))
        )


@blueprint.post("/<contact_id>/messages/<message_id>")
@page("contacts", live=True)
def read_message(contact_id: str, message_id: str) -> ResponseReturnValue:
    """What one SMS says; each reading is on record."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        card = card_of(tx, principal, contact_id)
        text = text_of(tx, card.subject, message_id)
        if text is None:
            raise NotFound("message-unknown", "This person has no message with this id.")
        record_read(tx, principal, "message", message_id)
    return render_template("people/_message.html", text=text)


FORMS = ("opt_out", "wish_lift", "note_choices", "give_number", "book_callback", "enrol")


def whole_context(tx: Tx, card: Card, failed: str = "", form: Form[Any] | None = None) -> dict[str, object]:
    """What the whole page shows; ``failed`` names the form that was refused and is shown again."""
    forms: dict[str, Form[Any]] = {name: blank_form() for name in FORMS}
    forms["note_choices"] = blank_form(card.chosen)
    if form is not None:
        forms[failed] = form
    names = {row.code: row.name for row in regions(tx)}
    return {
        **context_of(tx, card),
        "choice_sentences": choice_sentences,
        "campaigns": titles_seen(tx, current_principal()),
        "failed": failed,
        "forms": forms,
        "region_name": names.get(card.region_code, card.region_code),
        "scope_sentence": scope_sentence,
    }


def context_of(tx: Tx, card: Card) -> dict[str, object]:
    """What the templates of one person show."""
    french = str(get_locale() or "en") == "fr"
    entries = timeline_of(tx, card.subject, french=french)
    return {"card": card, "entries": entries, "now": tx.now, "topics": _topics(card)}


def _topics(card: Card) -> str:
    """What the page listens to: campaigns in which something may still happen to this person."""
    open_ones = [one.campaign_id for one in card.standings if one.status != "done"]
    return (
        " ".join(f"campaign:{campaign_id}" for campaign_id in open_ones[:8]) or f"figures:{card.region_code}"
    )
