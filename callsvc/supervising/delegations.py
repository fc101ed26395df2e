"""Phones given to the national platforms: what is declared, from when to when, and what it would bring."""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError
from callsvc.labels import PROBLEMS
from callsvc.platforms.queries import platform_by_code
from callsvc.platforms.tables import delegation
from callsvc.routing.giving_phones import (
    Foretold,
    delegations_of,
    foretell,
    give_phone,
    givers,
    require_own,
    take_phone_back,
)
from callsvc.supervising.blueprint import blueprint
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.times import zone_of
from callsvc.web.toasts import toast

SHOWN: Final = 100


class DelegationForm(BaseModel):
    """Instants on the clock of the platform's region; an empty start is now, an empty end never."""

    platform: str = Field(min_length=2, max_length=3)
    share: int = Field(ge=0, le=100)
    starts: datetime | None = None
    ends: datetime | None = None

    def on(self, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime | None]:
        """From when to when."""
        starts = now if self.starts is None else self.starts.replace(tzinfo=zone)
        return starts, None if self.ends is None else self.ends.replace(tzinfo=zone)


@blueprint.get("/aid/delegations")
@page("routing")
def delegations() -> ResponseReturnValue:
    """Those in force, those ahead, and those that are over, the newest first."""
    principal = current_principal()
    with current_rt().db.read() as tx:
        newest = delegations_of(principal).order_by(delegation.c.declared_at.desc(), delegation.c.id.desc())
        return render_template(
            "supervising/delegations.html",
            delegations=tx.all(newest.limit(SHOWN)), now=tx.now, may_give=bool(givers(tx, principal)),
        )  # fmt: skip


@blueprint.get("/aid/delegations/new")
@page("routing")
def new_delegation() -> ResponseReturnValue:
    """A form; once it is filled in, what it would bring, and what to press to declare it."""
    if not request.args:
        return _form_page(blank_form({"share": "100"}))
    form = read_form(DelegationForm, request.args)
    answer = _form_page(form)
    return answer, 200 if form.data is not None else 422


@blueprint.post("/aid/delegations/new")
@page("routing")
def declare_phone() -> ResponseReturnValue:
    principal, form = current_principal(), read_form(DelegationForm, request.form)
    if form.data is not None:
        try:
            with current_rt().db.begin() as tx:
                starts_at, ends_at = form.data.on(_zone(tx, form.data.platform), tx.now)
                give_phone(
                    tx, principal, form.data.platform, share=form.data.share, starts_at=starts_at,
                    ends_at=ends_at,
                )  # fmt: skip
        except CallsvcError as error:
            form.refuse("", _said(error))
    if form.data is None:
        return _form_page(form), 422
    toast(gettext("Declared. It holds from its first instant on, for calls that begin then."))
    return redirect(url_for("supervising.delegations"))


@blueprint.post("/aid/delegations/<delegation_id>/withdraw")
@page("routing")
def withdraw_phone(delegation_id: str) -> ResponseReturnValue:
    with current_rt().db.begin() as tx:
        take_phone_back(tx, current_principal(), delegation_id)
    toast(gettext("Withdrawn, from the next call on."))
    return redirect(url_for("supervising.delegations"))


def _form_page(form: Form[Any]) -> str:
    principal = current_principal()
    with current_rt().db.read() as tx:
        found: Foretold | None = None
        starts_at = ends_at = None
        if form.data is not None:
            try:
                starts_at, ends_at = form.data.on(_zone(tx, form.data.platform), tx.now)
                found = foretell(
                    tx, principal, form.data.platform, share=form.data.share, starts_at=starts_at,
                    ends_at=ends_at,
                )  # fmt: skip
            except CallsvcError as error:
                form.refuse("", _said(error))
        mine = givers(tx, principal)
        names = {row.code: row.name for row in mine}
        region = next((row.region_code for row in mine if row.code == form.values.get("platform")), "")
        return render_template(
            "supervising/delegation_new.html",
            form=form, mine=list(names.items()), names=names, foretold=found, region=region,
            starts_at=starts_at, ends_at=ends_at,
        )  # fmt: skip


def _zone(tx: Tx, platform_code: str) -> ZoneInfo:
    """Of a platform of the reader's; ``platform-unknown`` for another's."""
    require_own(tx, current_principal(), platform_code)
    return zone_of(platform_by_code(tx, platform_code).region_code)


def _said(error: CallsvcError) -> str:
    return str(PROBLEMS.get(error.id, error.message))
