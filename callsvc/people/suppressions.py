"""``/console/people/suppressions``: who must not be contacted, by what right, and since when.

Numbers are masked, and nobody is searched for by a number here: a filter stands in the address. Whoever
looks for one person finds them under *People*, and what holds for them on their page.
"""

from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal
from callsvc.contacts.lifting import seen_suppressions
from callsvc.contacts.numbers import reveal
from callsvc.contacts.suppression_lists import ListReport
from callsvc.contacts.tables import phone_number, suppression
from callsvc.core.phone_numbers import mask
from callsvc.people.blueprint import blueprint
from callsvc.people.lifts import people_with
from callsvc.people.proofs import proofs_of
from callsvc.people.sources.wishes import scope_sentence
from callsvc.people.words import FORCE, SOURCES
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, DateFilter, Filter, TextFilter, equals
from callsvc.web.forms import Form, blank_form
from callsvc.web.listing import Column, Listing
from callsvc.web.times import reader_zone

SCOPES = (("sms", _("SMS")), ("purpose", _("one purpose")), ("all", _("everything")))

_COLUMNS = (
    Column("number", _("Number")),
    Column("scope", _("What holds"), suppression.c.scope),
    # Ids are made in the order of recording, and have the index.
    Column("recorded", _("Since"), suppression.c.id, indexed=True, down_first=True),
    Column("source", _("Heard by"), suppression.c.source),
    Column("evidence", _("Evidence")),
    Column("people", _("Of whom")),
    Column("state", _("State")),
)


@blueprint.get("/suppressions")
@page("contacts")
def suppressions() -> ResponseReturnValue:
    return suppressions_page()


def suppressions_page(form: Form[Any] | None = None, report: ListReport | None = None) -> str:
    """The whole page, with a form that was refused or what became of a list; the reading is on record."""
    principal = current_principal()
    listing = Listing(_COLUMNS, suppression.c.id, "-recorded", _filters())
    with current_rt().db.begin() as tx:
        table = listing.show(tx, _entries(principal), request.args, request.path)
        record_access(tx, principal, "suppressions-listed", "suppressions", {"shown": len(table.rows)})
        people = people_with(tx, principal, [row.number_id for row in table.rows])
        proofs = proofs_of(tx, principal, table.rows, people)
        masked = {row.id: mask(reveal(tx, row)) for row in table.rows}
    return render_template(
        "people/suppressions.html",
        table=table,
        people=people,
        proofs=proofs,
        masked=masked,
        scopes=SCOPES,
        sources=tuple(SOURCES.items()),
        scope_sentence=scope_sentence,
        form=form or blank_form({"scope": "all"}),
        report=report,
    )


def _entries(principal: Principal) -> sa.Select[Any]:
    numbers = phone_number.c
    return (
        sa.select(suppression, numbers.ciphertext, numbers.fingerprint)
        .join(phone_number, numbers.id == suppression.c.number_id)
        .where(seen_suppressions(principal))
    )


def _filters() -> tuple[Filter, ...]:
    entry = suppression.c
    return (
        ChoiceFilter("scope", _("What holds"), SCOPES, equals(entry.scope)),
        TextFilter("purpose", _("Purpose"), equals(entry.purpose)),
        ChoiceFilter("source", _("Heard by"), tuple(SOURCES.items()), equals(entry.source)),
        ChoiceFilter("state", _("State"), tuple(FORCE.items())[:2], _in_state),
        DateFilter("day", _("Since"), entry.recorded_at, reader_zone()),
    )


def _in_state(word: str) -> sa.ColumnElement[bool]:
    held = suppression.c.lifted_at.is_(None)
    return held if word == "in-force" else ~held
