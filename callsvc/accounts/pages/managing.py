"""The accounts of others: the list, one account, and what an administrator does with it."""

from typing import Any, Literal

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import BaseModel, Field

from callsvc.accounts.adding import require_regions
from callsvc.accounts.changing import switch_password
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.keys import keys_of
from callsvc.accounts.pages.blueprint import blueprint, public_url, refuse
from callsvc.accounts.queries import account_seen, places_of, rights_of, within_rights
from callsvc.accounts.scope import Principal
from callsvc.accounts.service import (
    add_account,
    change_details,
    change_rights,
    disable_account,
    enable_account,
    end_sessions,
    make_password_link,
    revoke_keys_of,
    unlink_account,
)
from callsvc.accounts.sessions import sessions_of
from callsvc.accounts.tables import account
from callsvc.accounts.words import LANGUAGE_WORDS, ROLE_WORDS
from callsvc.core.errors import CallsvcError, NotFound
from callsvc.platforms.queries import regions_by_name
from callsvc.runtime import Runtime
from callsvc.web import current_rt
from callsvc.web.filters import ChoiceFilter, TextFilter, equals
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.listing import Listing
from callsvc.web.paged import Column
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

Role = Literal["administrator", "supervisor", "agent", "operator", "auditor"]
_ENABLED = {"active": account.c.disabled_at.is_(None), "disabled": account.c.disabled_at.is_not(None)}
ACCOUNTS = Listing(
    columns=(
        Column("name", _("Name"), account.c.name),
        Column("email", _("E-mail"), account.c.email, indexed=True),
        Column("role", _("Role"), account.c.role),
        Column("places", _("Regions and platforms")),
        Column("state", _("State")),
    ),
    filters=(
        TextFilter(
            "who",
            _("Name or e-mail"),
            lambda text: (
                account.c.name.icontains(text, autoescape=True)
                | account.c.email.icontains(text, autoescape=True)
            ),
        ),
        ChoiceFilter("role", _("Role"), tuple(ROLE_WORDS.items()), equals(account.c.role)),
        ChoiceFilter(
            "state",
            _("State"),
            (("active", _("active")), ("disabled", _("disabled"))),
            lambda word: _ENABLED[word],
        ),
    ),
    unique=account.c.id,
    default="name",
)
_FIELDS = {
    "account-exists": "email",
    "email-invalid": "email",
    "region-missing": "regions",
    "region-unknown": "regions",
    "platform-outside": "platforms",
    "name-invalid": "name",
}


class Changed(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    language: Literal["fr", "en"]
    role: Role
    regions: list[str] = Field(min_length=1)
    platforms: str = Field("", max_length=400)  # codes, separated by spaces


class Added(Changed):
    email: str = Field(max_length=200)


@blueprint.get("/console/accounts/")
@page("accounts")
def index() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        mine = sa.select(account).where(within_rights(current_principal()))
        table = ACCOUNTS.show(tx, mine, request.args, request.path)
        places = places_of(tx, [row.id for row in table.rows])
    return render_template("accounts/list.html", table=table, places=places, roles=ROLE_WORDS)


@blueprint.get("/console/accounts/new")
@page("accounts")
def add_form() -> ResponseReturnValue:
    return _new(blank_form({"language": "fr", "role": "agent"}))


@blueprint.post("/console/accounts/new")
@page("accounts")
def add() -> ResponseReturnValue:
    """The account and the link by which its owner chooses a password, which stands in the answer alone."""
    form = read_form(Added, request.form)
    if form.data is None:
        return _new(form), 422
    rt, who, sent = current_rt(), current_principal(), form.data
    try:
        require_regions(rt, sent.regions)
        account_id = add_account(
            rt,
            sent.email,
            password=None,
            role=sent.role,
            regions=sent.regions,
            platforms=sent.platforms.split(),
            name=sent.name,
            language=sent.language,
            by=who,
        )
    except CallsvcError as error:
        refuse(form, error, _FIELDS)
        return _new(form), 422
    return _link(rt, who, account_id)


@blueprint.get("/console/accounts/<account_id>")
@page("accounts")
def show(account_id: str) -> ResponseReturnValue:
    return _show(account_id, None)


@blueprint.post("/console/accounts/<account_id>")
@page("accounts")
def change(account_id: str) -> ResponseReturnValue:
    form = read_form(Changed, request.form)
    if form.data is None:
        return _show(account_id, form), 422
    rt, who, sent = current_rt(), current_principal(), form.data
    try:
        require_regions(rt, sent.regions)
        change_rights(
            rt,
            who,
            account_id,
            role=sent.role,
            regions=sent.regions,
            platforms=sent.platforms.split(),
        )
        change_details(rt, who, account_id, name=sent.name, language=sent.language)
    except NotFound:
        raise
    except CallsvcError as error:
        refuse(form, error, _FIELDS)
        return _show(account_id, form), 422
    toast(gettext("The account is changed."))
    return redirect(url_for("accounts.show", account_id=account_id))


@blueprint.post("/console/accounts/<account_id>/link")
@page("accounts")
def link(account_id: str) -> ResponseReturnValue:
    """A link to choose a password, which stands in the answer and nowhere else."""
    return _link(current_rt(), current_principal(), account_id)


_ACTS = {
    "disable": (disable_account, _("The account is disabled and signed out."), "enable"),
    "enable": (enable_account, _("The account is enabled again."), "disable"),
    "sign-out": (end_sessions, _("All sessions of the account have ended."), ""),
    "revoke-keys": (revoke_keys_of, _("All API keys of the account are revoked."), ""),
    "unlink": (unlink_account, _("The account is no longer linked to the organisation."), ""),
    "password-off": (
        lambda rt, by, id: switch_password(rt, by, id, off=True),
        _("The account signs in through the organisation alone."),
        "password-on",
    ),
    "password-on": (
        lambda rt, by, id: switch_password(rt, by, id, off=False),
        _("The account may sign in with its password."),
        "password-off",
    ),
}


@blueprint.post("/console/accounts/<account_id>/<action>")
@page("accounts")
def act(account_id: str, action: str) -> ResponseReturnValue:
    if action not in _ACTS:
        raise NotFound("action-unknown", f"An account can be asked to {', '.join(_ACTS)}.")
    change_it, said, inverse = _ACTS[action]
    change_it(current_rt(), current_principal(), account_id)
    undo = ("accounts.act", {"account_id": account_id, "action": inverse}) if inverse else None
    toast(str(said), undo=undo)
    return redirect(url_for("accounts.show", account_id=account_id))


def _new(form: "Form[Any]") -> str:
    return render_template("accounts/new.html", form=form, **_choices())


def _show(account_id: str, form: "Form[Any] | None") -> str:
    who = current_principal()
    with current_rt().db.read() as tx:
        row = account_seen(tx, who, account_id)
        held = rights_of(tx, row)
        context = {
            "account": row,
            "places": places_of(tx, [account_id])[account_id],
            "keys": keys_of(tx, account_id),
            "sessions": sessions_of(tx, account_id),
            "locked": bool(row.locked_until and row.locked_until > tx.machine_now),
            "machine_now": tx.machine_now,
        }
    platforms = "" if held.platforms == "*" else " ".join(sorted(held.platforms))
    begins = blank_form(
        {
            "name": row.name,
            "language": row.language,
            "role": row.role,
            "regions": ["*"] if held.regions == "*" else sorted(held.regions),
            "platforms": platforms,
        }
    )
    mine = account_id == who.account_id
    return render_template("accounts/show.html", form=form or begins, mine=mine, **context, **_choices())


def _choices() -> dict[str, Any]:
    who = current_principal()
    with current_rt().db.read() as tx:
        named = [(row.code, row.name) for row in regions_by_name(tx) if who.works_in(row.code)]
    everywhere = [("*", gettext("The whole country"))] if who.regions == "*" else []
    return {"regions": everywhere + named, "roles": ROLE_WORDS, "languages": LANGUAGE_WORDS}


def _link(rt: Runtime, who: Principal, account_id: str) -> str:
    token = make_password_link(rt, who, account_id)
    with rt.db.read() as tx:
        row = account_seen(tx, who, account_id)
    address = f"{public_url('accounts.choose_form')}#{token}"
    return render_template("accounts/link.html", account=row, address=address)
