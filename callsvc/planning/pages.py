"""``/console/aid/previews/``: what edited agreements would have done yesterday, beside the present ones."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.core.errors import CallsvcError
from callsvc.labels import PROBLEMS
from callsvc.planning.previewing import ask_preview, changes_in, preview_of
from callsvc.planning.what_if import NATION
from callsvc.platforms.queries import regions_by_name
from callsvc.platforms.tables import region
from callsvc.routing.aid.agreement_form import read_agreement
from callsvc.routing.aid.drafting import make
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

blueprint = Blueprint("planning", __name__, url_prefix="/console/aid")

FIGURES = ("in_time", "abandoned", "received", "given")


@blueprint.post("/previews")
@page("routing")
def ask() -> ResponseReturnValue:
    """Ask what the agreement in the form would have done; nothing is changed by it."""
    with current_rt().db.begin() as tx:
        zones = {row.code: row.zone for row in tx.all(sa.select(region))}
        form, wanted = read_agreement(request.form, zones)
        if wanted is not None:
            try:
                preview_id = ask_preview(tx, [wanted], by=current_principal())
            except CallsvcError as error:
                form.refuse("", str(PROBLEMS.get(error.id, error.message)))
    if form.data is None:
        return render_template("planning/refused.html", form=form), 422
    return redirect(url_for("planning.preview", preview_id=preview_id))


@blueprint.get("/previews/<preview_id>")
@page("routing")
def preview(preview_id: str) -> ResponseReturnValue:
    return render_template("planning/preview.html", **_context(preview_id))


@blueprint.get("/previews/<preview_id>/live")
@page("routing", live=True)
def preview_live(preview_id: str) -> ResponseReturnValue:
    return render_template("planning/_preview.html", **_context(preview_id))


@blueprint.post("/previews/<preview_id>/make")
@page("routing")
def make_previewed(preview_id: str) -> ResponseReturnValue:
    """Agree as it was previewed."""
    principal = current_principal()
    with current_rt().db.begin() as tx:
        for one in changes_in(preview_of(tx, preview_id, principal)):
            make(tx, one, by=principal)
    toast(gettext("Agreed. It holds from the next call on."))
    return redirect(url_for("supervising.agreements"))


def _context(preview_id: str) -> dict[str, Any]:
    """The preview, its changes, and whom the reader is told of: their regions, those changed, the country."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        row = preview_of(tx, preview_id, principal)
        names = {one.code: one.name for one in regions_by_name(tx)}
    changes = changes_in(row)
    shown = [code for code in names if principal.works_in(code)]
    shown += [code for one in changes for code in (one.aided, one.aiding) if code not in shown]
    report = row.report or {}
    lines = [code for code in (*dict.fromkeys(shown), NATION) if code in report.get("was", {})]
    return {"preview": row, "changes": changes, "names": names, "lines": lines, "figures": FIGURES}
