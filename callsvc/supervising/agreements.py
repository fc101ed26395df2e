"""Agreements: who may help whom, when and how far; made, changed and ended here, with what was before."""

from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from pydantic import BaseModel, Field

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, NotFound
from callsvc.labels import PROBLEMS
from callsvc.platforms.queries import regions_by_name
from callsvc.routing.aid.agreeing import agreement_of, changes_of, end_agreement, seen_by
from callsvc.routing.aid.agreement_form import form_values, read_agreement
from callsvc.routing.aid.drafting import make
from callsvc.routing.rules.week_text import write_week
from callsvc.routing.service import declare_aid
from callsvc.routing.tables import aid_agreement, aid_region
from callsvc.supervising.blueprint import blueprint, names_of, regions_of
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

TERMS = ("rank", "activate_wait_s", "release_wait_s", "cap", "starts_at", "ends_at", "hours")


class RegionForm(BaseModel):
    """``floor`` in percent; what is left empty is computed, or as usual."""

    reserve: int | None = Field(None, ge=0, le=10_000)
    floor: float | None = Field(None, gt=0, lt=100)
    opted_out: bool = False


@blueprint.get("/aid/agreements")
@page("routing")
def agreements() -> ResponseReturnValue:
    """All that the reader's regions give and take, what their regions keep, and what was changed."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        rows = tx.all(
            sa.select(aid_agreement)
            .where(seen_by(principal))
            .order_by(aid_agreement.c.aided_region, aid_agreement.c.rank, aid_agreement.c.aiding_region)
        )
        changes = changes_of(tx, principal)
        declared = {row.region_code: row for row in tx.all(sa.select(aid_region))}
        return render_template(
            "supervising/agreements.html",
            agreements=rows, changes=changes, names=names_of(tx), written=_written,
            differences=_differences, people=account_names(tx, [one.by for one in changes]),
            mine=_acting(tx, principal), declared=declared,
        )  # fmt: skip


@blueprint.get("/aid/agreements/new")
@page("routing")
def new_agreement() -> ResponseReturnValue:
    usual = {"rank": 1, "activate_wait_s": 20, "release_wait_s": 5, "cap": 10}
    return _agreement_page(blank_form(usual))


@blueprint.get("/aid/agreements/<region_code>/<aiding_code>")
@page("routing")
def agreement(region_code: str, aiding_code: str) -> ResponseReturnValue:
    """One to be changed; ``region_code`` is helped."""
    with current_rt().db.read() as tx:
        row = agreement_of(tx, region_code, aiding_code, current_principal())
        values = form_values(row, _zones(tx)[aiding_code], french=_is_french())
    return _agreement_page(blank_form(values | {"aided": region_code, "aiding": aiding_code}), kept=True)


@blueprint.post("/aid/agreements")
@page("routing")
def save_agreement() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        form, wanted = read_agreement(request.form, _zones(tx))
    if wanted is not None:
        try:
            with current_rt().db.begin() as tx:
                make(tx, wanted, by=current_principal())
        except CallsvcError as error:
            form.refuse("", str(PROBLEMS.get(error.id, error.message)))
    if form.data is None:
        return _agreement_page(form), 422
    toast(gettext("Agreed. It holds from the next call on."))
    return redirect(url_for("supervising.agreements"))


@blueprint.post("/aid/agreements/<region_code>/<aiding_code>/end")
@page("routing")
def end(region_code: str, aiding_code: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        end_agreement(tx, region_code, aiding_code, by=current_principal())
    toast(gettext("Ended. Calls under way go on to their end."))
    return redirect(url_for("supervising.agreements"))


@blueprint.get("/aid/regions/<region_code>")
@page("routing")
def region_terms(region_code: str) -> ResponseReturnValue:
    """What a region keeps for its own callers."""
    with current_rt().db.read() as tx:
        row = _declared(tx, region_code)
    values: dict[str, Any] = {"reserve": "", "floor": "", "opted_out": ""}
    if row is not None:
        values["reserve"] = "" if row.reserve is None else row.reserve
        values["floor"] = "" if row.floor is None else f"{row.floor * 100:g}"
        values["opted_out"] = "1" if row.opted_out else ""
    return _region_page(region_code, blank_form(values))


@blueprint.post("/aid/regions/<region_code>")
@page("routing")
def save_region_terms(region_code: str) -> ResponseReturnValue:
    principal, form = current_principal(), read_form(RegionForm, request.form)
    with current_rt().db.begin() as tx:
        _declared(tx, region_code)
        if form.data is None:
            return _region_page(region_code, form), 422
        floor = None if form.data.floor is None else form.data.floor / 100
        said = form.data
        declare_aid(tx, region_code, opted_out=said.opted_out, reserve=said.reserve, floor=floor)
        record_access(
            tx, principal, "aid-declared", region_code, said.model_dump(exclude={"floor"}) | {"floor": floor}
        )
    toast(gettext("Declared. It holds from the next call on."))
    return redirect(url_for("supervising.agreements"))


def _declared(tx: Tx, code: str) -> Any:
    """What a region of the reader's declared, if anything; ``region-unknown`` for another's."""
    principal = current_principal()
    if code not in _acting(tx, principal):
        raise NotFound("region-unknown", "No region of yours has this code.")
    return tx.first(sa.select(aid_region).where(aid_region.c.region_code == code))


def _region_page(code: str, form: Form[Any]) -> str:
    with current_rt().db.read() as tx:
        return render_template("supervising/region_terms.html", form=form, code=code, name=names_of(tx)[code])


def _agreement_page(form: Form[Any], *, kept: bool = False) -> str:
    """``kept``: it exists, and its two regions do not change."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        return render_template(
            "supervising/agreement.html",
            form=form, kept=kept, all=list(names_of(tx).items()), names=names_of(tx),
            mine=list(_acting(tx, principal).items()),
        )  # fmt: skip


def _acting(tx: Tx, principal: Principal) -> dict[str, str]:
    """Regions the reader acts for."""
    return {code: name for code, name in regions_of(tx, principal).items() if principal.may_see(code)}


def _zones(tx: Tx) -> dict[str, str]:
    return {row.code: row.zone for row in regions_by_name(tx)}


def _written(week: Any) -> str:
    return write_week(week, french=_is_french())


def _differences(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    """(term, before, after) of what a change changed."""
    found = []
    for name in TERMS:
        was, is_now = (before or {}).get(name), (after or {}).get(name)
        if was != is_now:
            if name == "hours":
                was, is_now = _written(was), _written(is_now)
            found.append((name, was, is_now))
    return found


def _is_french() -> bool:
    return str(get_locale()).startswith("fr")
