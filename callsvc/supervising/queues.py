"""Who waits for an agent, and why it was decided so."""

from typing import Any

import sqlalchemy as sa
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.core.errors import NotFound
from callsvc.labels import ENTRY_STATES
from callsvc.platforms.tables import platform
from callsvc.routing.queries import explain
from callsvc.routing.tables import queue_entry
from callsvc.supervising.blueprint import blueprint, names_of, regions_of
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, equals
from callsvc.web.listing import Column, Listing

COLUMNS = (
    Column("entered", _("Waits since"), queue_entry.c.entered_at, indexed=True),
    Column("region", _("Region"), queue_entry.c.region_code),
    Column("platform", _("Platform"), platform.c.name),
    Column("skill", _("Theme"), queue_entry.c.skill),
    Column("language", _("Language"), queue_entry.c.language),
    Column("state", _("State"), queue_entry.c.state),
    Column("offers", _("Offers"), queue_entry.c.offers, number=True, down_first=True),
)
OPEN = ("pending", "reserved", "assigned")


@blueprint.get("/queues/")
@page("routing")
def queues() -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        names = regions_of(tx, principal)
        filters = (
            ChoiceFilter("state", _("State"), tuple(ENTRY_STATES.items()), equals(queue_entry.c.state)),
            ChoiceFilter("region", _("Region"), tuple(names.items()), equals(queue_entry.c.region_code)),
            TextFilter("skill", _("Theme"), equals(queue_entry.c.skill)),
        )
        listing = Listing(COLUMNS, queue_entry.c.id, "entered", filters)
        chosen = _entries(principal)
        if not request.args.get("state"):
            chosen = chosen.where(queue_entry.c.state.in_(OPEN))
        table = listing.show(tx, chosen, request.args, request.path)
    fragment = request.headers.get("HX-Request") == "true"
    template = "supervising/_queues.html" if fragment else "supervising/queues.html"
    return render_template(template, table=table, names=names)


@blueprint.get("/queues/<entry_id>")
@page("routing")
def entry(entry_id: str) -> ResponseReturnValue:
    """Every decision about one call, in sentences."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        row = tx.first(_entries(principal).where(queue_entry.c.id == entry_id))
        if row is None:
            raise NotFound("entry-unknown", "No queue entry of your regions has this id.")
        decisions = explain(tx, entry_id)
        names = names_of(tx)
    french = str(get_locale()).startswith("fr")
    for one in decisions:
        one["said"] = one["sentence_fr"] if french else one["sentence"]
    return render_template("supervising/entry.html", entry=row, decisions=decisions, names=names)


def _entries(principal: Principal) -> sa.Select[Any]:
    mine = scope_condition(principal, queue_entry.c.region_code, queue_entry.c.platform_code)
    return (
        sa.select(queue_entry, platform.c.name.label("platform_name"))
        .join(platform, platform.c.code == queue_entry.c.platform_code)
        .where(mine)
    )
