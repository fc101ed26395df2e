"""How many agents may be on a break at once and for how long; how long a wrap-up may last: declared here."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal
from callsvc.agents.limits import EVERYWHERE, doing, drop_limit, limits, put_limit
from callsvc.agents.rules import LIMITED
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, Invalid
from callsvc.routing.talking.wrap_ups import KINDS, drop_wrap_up_limit, put_wrap_up_limit, wrap_up_limits
from callsvc.supervising.blueprint import blueprint, regions_of
from callsvc.web import current_rt
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


@blueprint.get("/limits/")
@page("routing")
def show_limits() -> ResponseReturnValue:
    principal, rt = current_principal(), current_rt()
    with rt.db.read() as tx:
        names = regions_of(tx, principal)
        declared = limits(tx, list(names))
        now = {
            (row.region_code, row.activity): doing(tx, row.region_code, row.activity)
            for row in declared
            if row.region_code != EVERYWHERE
        }
        context: dict[str, Any] = {
            "names": names,
            "declared": declared,
            "now": now,
            "wrap_ups": wrap_up_limits(tx) if principal.sees_everything else [],
        }
    return render_template(
        "supervising/limits.html",
        limited=LIMITED,
        kinds=KINDS,
        everywhere=EVERYWHERE,
        usual_s=rt.settings.callsvc_wrap_up_s,
        may_declare=principal.may("accounts"),
        national=principal.sees_everything,
        **context,
    )


@blueprint.post("/limits/activities")
@page("accounts")
def declare_limit() -> ResponseReturnValue:
    """Put terms, or take them away (``remove``)."""
    principal = current_principal()
    where, activity = _said("region_code"), _said("activity")
    with current_rt().db.begin() as tx:
        require_place(tx, principal, where)
        if _said("remove"):
            drop_limit(tx, where, activity)
        else:
            try:
                most, longest_min = _number("most"), _number("longest_min")
                put_limit(
                    tx,
                    where,
                    activity,
                    most=most,
                    longest_min=longest_min,
                    beyond=_said("beyond"),
                    by=principal.account_id,
                )
            except (Invalid, ValueError):
                toast(gettext("Give whole numbers, or leave a field empty for no limit."), kind="bad")
                return redirect(url_for("supervising.show_limits"))
        details = {"activity": activity, "removed": bool(_said("remove"))}
        record_access(tx, principal, "activity-limit", where, details)
    toast(gettext("The limits are changed."))
    return redirect(url_for("supervising.show_limits"))


@blueprint.post("/limits/wrap-ups")
@page("accounts")
def declare_wrap_up() -> ResponseReturnValue:
    """How long a wrap-up lasts after a theme or in a campaign; themes have no region."""
    principal = current_principal()
    _require_country(principal)
    kind, name = _said("kind"), _said("name")
    with current_rt().db.begin() as tx:
        if _said("remove"):
            drop_wrap_up_limit(tx, kind, name)
        else:
            try:
                put_wrap_up_limit(tx, kind, name, _number("seconds") or 0, by=principal.account_id)
            except (Invalid, ValueError):
                toast(gettext("Name a theme or a campaign, and 5 to 3600 seconds."), kind="bad")
                return redirect(url_for("supervising.show_limits"))
        record_access(tx, principal, "wrap-up-limit", name, {"kind": kind, "removed": bool(_said("remove"))})
    toast(gettext("The limits are changed."))
    return redirect(url_for("supervising.show_limits"))


def require_place(tx: Tx, principal: Principal, region_code: str) -> None:
    """Raise ``Forbidden`` unless these terms are the principal's to declare."""
    if region_code == EVERYWHERE:
        _require_country(principal)
    elif region_code not in regions_of(tx, principal) or not principal.may_see(region_code):
        raise Forbidden("region-not-yours", "Declare limits for your own regions.")


def _require_country(principal: Principal) -> None:
    if not principal.sees_everything:
        raise Forbidden("whole-country-needed", "Only an account of the whole country may declare this.")


def _said(name: str) -> str:
    return request.form.get(name, "").strip()[:40]


def _number(name: str) -> int | None:
    said = _said(name)
    return int(said) if said else None
