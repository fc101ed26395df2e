"""A list that was sent: what its columns hold, on what basis its people are called; then it is imported."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import BaseModel, Field

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed
from callsvc.campaigning.people import require_whole_country, why_not_received
from callsvc.campaigning.settings import Opened, opened
from callsvc.contacts.importing.header import FIELDS
from callsvc.contacts.importing_jobs import ImportWish, Proposal, propose, start_import
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError
from callsvc.platforms.tables import platform
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext

FIELD_NAMES = {
    "phone": _("telephone"),
    "first_name": _("first name"),
    "last_name": _("last name"),
    "full_name": _("first and last name"),
    "birth_year": _("date or year of birth"),
    "language": _("language"),
    "postcode": _("postcode"),
    "department": _("department"),
    "fragility": _("fragility"),
    "priority": _("priority"),
    "reported_at": _("reported on"),
    "elicited_at": _("named on"),
    "opposition": _("does not want to be called"),
    "consent": _("has consented"),
    "consent_basis": _("legal basis"),
    "consent_on": _("consented on"),
    "preferred": _("preferred number"),
    "reference": _("case reference"),
    "synthetic": _("invented number"),
}
BASES = (
    ("public-interest", _("public interest (task of a public authority)")),
    ("consent", _("consent")),
    ("contract", _("contract")),
    ("legal-obligation", _("legal obligation")),
    ("vital-interest", _("vital interest")),
)
LANGUAGES = ("fr", "en", "ar", "de", "es", "it", "pt", "ro", "ru", "tr", "zh")


class Wish(BaseModel):
    source: str = Field(min_length=1, max_length=100)
    consent_basis: str = Field("public-interest", pattern=r"^[a-z][a-z-]{0,38}$")
    consent_on: date | None = None
    platform: str = ""
    language: str = Field("fr", pattern="^[a-z]{2}$")


@blueprint.get("/<campaign_id>/people/lists/<upload_id>")
@page("contacts")
def mapping(campaign_id: str, upload_id: str) -> ResponseReturnValue:
    found, proposal = _opened(campaign_id, upload_id)
    columns = {f"c{place}": column.field or "" for place, column in enumerate(proposal.columns)}
    values = {"source": proposal.source, "consent_basis": "public-interest", "language": "fr"}
    return _page(found, proposal, blank_form(values | columns))


@blueprint.post("/<campaign_id>/people/lists/<upload_id>")
@page("contacts")
def import_list(campaign_id: str, upload_id: str) -> ResponseReturnValue:
    found, proposal = _opened(campaign_id, upload_id)
    form = read_form(Wish, request.form)
    chosen = _chosen(proposal)
    form.values |= {f"c{place}": field for place, field in enumerate(chosen)}
    if "phone" not in chosen:
        form.refuse("c0", gettext("No column holds phone numbers: say which one."))
    if (
        form.data is not None
        and form.data.consent_on
        and form.data.consent_on > current_rt().clock.now().date()
    ):
        form.refuse("consent_on", gettext("A day that has passed is needed."))
    if form.data is None:
        return _page(found, proposal, form), 422
    try:
        import_id = _start(found, proposal, form.data, chosen)
    except CallsvcError as refused:
        form.refuse("platform" if refused.id == "platform-unknown" else WHOLE, why_not_received(refused))
        return _page(found, proposal, form), 422
    return redirect(url_for("campaigns.import_shown", campaign_id=campaign_id, import_id=import_id))


def _opened(campaign_id: str, upload_id: str) -> tuple[Opened, Proposal]:
    """The campaign, and the list as it would be read; reading its first rows is recorded."""
    rt, principal = current_rt(), current_principal()
    principal.require("campaigns")
    require_whole_country()
    with rt.db.read() as tx:
        found = opened(tx, campaign_id)
    proposal = propose(rt, upload_id)
    with rt.db.begin() as tx:
        record_access(tx, principal, "list-read", upload_id, {"campaign": campaign_id})
    return found, proposal


def _chosen(proposal: Proposal) -> list[str]:
    """The field of each column as the form says it; '' is a column that is not used."""
    sent = [request.form.get(f"c{place}", "") for place in range(len(proposal.columns))]
    return [field if field in FIELDS else "" for field in sent]


def _start(found: Opened, proposal: Proposal, wish: Wish, chosen: list[str]) -> str:
    mapping = [
        f"{column.name}={field or 'ignore'}"
        for column, field in zip(proposal.columns, chosen, strict=True)
        if column.name and field != (column.field or "")
    ]
    wanted = ImportWish(
        source=wish.source,
        campaign=found.id,
        mapping=mapping,
        platform=wish.platform or None,
        language=wish.language,
        consent_basis=wish.consent_basis,
        consent_on=wish.consent_on,
    )
    rt, principal = current_rt(), current_principal()
    import_id = start_import(rt, proposal.upload_id, wanted, principal.account_id)
    with rt.db.begin() as tx:
        record_access(tx, principal, "contacts-imported", import_id, {})
    return import_id


def _page(found: Opened, proposal: Proposal, form: Form[Any]) -> str:
    with current_rt().db.read() as tx:
        platforms = _platforms(tx)
    return framed(
        "campaigns/mapping.html",
        found,
        "people",
        proposal=proposal,
        form=form,
        fields=[(name, FIELD_NAMES[name]) for name in FIELDS if name in FIELD_NAMES],
        bases=BASES,
        platforms=platforms,
        languages=[(code, code) for code in LANGUAGES],
    )


def _platforms(tx: Tx) -> list[tuple[str, str]]:
    rows = tx.all(sa.select(platform.c.code, platform.c.name).order_by(platform.c.code))
    return [(row.code, f"{row.code} {row.name}") for row in rows]
