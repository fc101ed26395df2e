"""What the administrator chooses about routing for all regions, what each choice does, who changed it."""

from typing import Any, Literal

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.routing.terms import change_terms, chosen_of, history_of, may_change_terms, terms_of
from callsvc.supervising.blueprint import blueprint
from callsvc.web import current_rt
from callsvc.web.forms import blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

SHARES = ("floor", "second_share", "cap", "callback_idle")
"""Shown and typed in percent."""

# How calls fare under each order: two regions at four times their calls for three hours, spare capacity
# elsewhere (S4-slack of ``callsvc bench routing``; docs/routing.md).
MEASURED = {
    "first-come": (44.4, 71.3, 81.8, 80.0, 17.9, 69.0),
    "deadline-in-overload": (74.8, 78.8, 80.6, 52.3, 17.9, 69.9),
    "deadline-first": (74.8, 78.8, 80.5, 52.7, 17.8, 69.8),
}


class TermsForm(BaseModel):
    """Shares in percent; ``callback_after_s`` empty: never."""

    order: Literal["first-come", "deadline-in-overload", "deadline-first"]
    second_share: float = Field(ge=0, le=100)
    floor: float = Field(ge=1, le=99)
    cap: float = Field(ge=0, le=100)
    callback_after_s: float | None = Field(None, ge=0, le=600)
    callback_idle: float = Field(ge=0, le=100)
    computed_reserve: bool = False


@blueprint.get("/aid/terms")
@page("routing")
def terms() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        chosen = chosen_of(terms_of(tx))
    return _page(blank_form(_typed(chosen)))


@blueprint.post("/aid/terms")
@page("routing")
def save_terms() -> ResponseReturnValue:
    form = read_form(TermsForm, request.form)
    if form.data is None:
        return _page(form), 422
    wanted = form.data.model_dump()
    for name in SHARES:
        wanted[name] = wanted[name] / 100
    with current_rt().db.begin() as tx:
        change_terms(tx, current_principal(), **wanted)
    toast(gettext("Chosen. It holds from the next call on."))
    return redirect(url_for("supervising.terms"))


def _typed(chosen: dict[str, Any]) -> dict[str, Any]:
    typed = {name: f"{value * 100:g}" if name in SHARES else value for name, value in chosen.items()}
    after_s = typed["callback_after_s"]
    return typed | {
        "callback_after_s": "" if after_s is None else f"{after_s:g}",
        "computed_reserve": "1" if typed["computed_reserve"] else "",
    }


def _page(form: Any) -> str:
    with current_rt().db.read() as tx:
        changes = history_of(tx)
        people = account_names(tx, [one["by"] for one in changes])
    return render_template(
        "supervising/terms.html",
        form=form,
        changes=changes,
        people=people,
        measured=MEASURED,
        shares=SHARES,
        may=may_change_terms(current_principal()),
    )
