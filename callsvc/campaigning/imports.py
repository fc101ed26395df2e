"""An import under way or over: how far it is, what was kept and refused and why, and its rejects."""

from typing import Any

from flask import Response, redirect, render_template, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.framing import framed
from callsvc.campaigning.people import require_whole_country
from callsvc.campaigning.settings import Opened, opened
from callsvc.contacts.importing.problems import says
from callsvc.contacts.importing_jobs import cancel_import, import_seen, rejects_of
from callsvc.core.errors import NotFound
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


@blueprint.get("/<campaign_id>/people/imports/<import_id>")
@page("contacts")
def import_shown(campaign_id: str, import_id: str) -> ResponseReturnValue:
    found, row = _seen(campaign_id, import_id)
    return framed("campaigns/import.html", found, "people", row=row, **_told(row))


@blueprint.get("/<campaign_id>/people/imports/<import_id>/live")
@page("contacts", live=True)
def import_live(campaign_id: str, import_id: str) -> ResponseReturnValue:
    found, row = _seen(campaign_id, import_id)
    return render_template("campaigns/_import.html", campaign=found.progress, row=row, **_told(row))


@blueprint.post("/<campaign_id>/people/imports/<import_id>/cancel")
@page("contacts")
def cancel(campaign_id: str, import_id: str) -> ResponseReturnValue:
    found, row = _seen(campaign_id, import_id)
    with current_rt().db.begin() as tx:
        cancel_import(tx, row.id, current_principal().account_id)
        record_access(tx, current_principal(), "import-canceled", row.id, {})
        tx.changed("campaign", subject=found.id)
    toast(gettext("The import ends. Who is in already stays in."))
    return redirect(url_for("campaigns.import_shown", campaign_id=campaign_id, import_id=import_id))


@blueprint.get("/<campaign_id>/people/imports/<import_id>/rejects.csv")
@page("contacts")
def rejects(campaign_id: str, import_id: str) -> ResponseReturnValue:
    """What was refused and why, to correct and send again. The reading is recorded."""
    rt, principal = current_rt(), current_principal()
    _seen(campaign_id, import_id)
    pieces = rejects_of(rt, principal, import_id)
    first = next(pieces, None)
    if first is None:
        raise NotFound("rejects-unknown", "Nothing was refused, or a day has passed since.")
    with rt.db.begin() as tx:
        record_access(tx, principal, "rejects-read", import_id, {})

    def whole() -> Any:
        yield first
        yield from pieces

    answer = Response(stream_with_context(whole()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{import_id}-rejects.csv"'
    return answer


def _seen(campaign_id: str, import_id: str) -> tuple[Opened, Row[Any]]:
    """The campaign and one of its imports; an import of another campaign is not found here."""
    principal = current_principal()
    principal.require("campaigns")
    require_whole_country()
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
        row = import_seen(tx, principal, import_id)
    if row.wish.get("campaign") != campaign_id:
        raise NotFound("import-unknown", "No import of this campaign has this id.")
    return found, row


def _told(row: Row[Any]) -> dict[str, Any]:
    """The counts of the report, each reason in a sentence of the reader's language."""
    locale = get_locale()
    language = locale.language if locale else "en"
    report = row.report or {}
    told = {
        key: [(one["count"], says(one["reason"], language), one["reason"]) for one in report.get(key, ())]
        for key in ("refusals", "said")
    }
    counts = {key: report.get(key, 0) for key in ("rows", "kept", "refused", "numbers", "for_campaign")}
    ahead = min(1.0, row.lines_done / row.lines) if row.lines else 0.0
    return {"refusals": told["refusals"], "remarks": told["said"], "counts": counts, "ahead": ahead}
