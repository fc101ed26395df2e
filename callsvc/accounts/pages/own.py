"""One's own account: name, language, password, sessions, API keys."""

from datetime import date, timedelta
from typing import Any, Literal

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, SecretStr

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.keys import LONGEST_LIFE, PARIS, keys_of
from callsvc.accounts.pages.blueprint import blueprint, browser, refuse
from callsvc.accounts.pages.signing import signed_in
from callsvc.accounts.queries import account_by_id
from callsvc.accounts.service import (
    change_own_details,
    change_own_password,
    create_own_key,
    end_other_sessions,
    end_own_session,
    revoke_key,
)
from callsvc.accounts.sessions import sessions_of
from callsvc.accounts.words import SCOPE_WORDS
from callsvc.core.errors import CallsvcError
from callsvc.web import current_rt
from callsvc.web.forms import Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

USUAL_LIFE = timedelta(days=90)


class Details(BaseModel):
    name: str = Field(min_length=1, max_length=120)
    language: Literal["fr", "en"]


class NewPassword(BaseModel):
    current: SecretStr
    password: SecretStr
    again: SecretStr


class NewKey(BaseModel):
    name: str = Field(min_length=1, max_length=60)
    scopes: list[str] = Field(min_length=1)
    last_day: date


@blueprint.get("/console/me")
@page()
def own() -> ResponseReturnValue:
    principal = current_principal()
    return _own(blank_form({"name": principal.name, "language": principal.language}))


@blueprint.post("/console/me")
@page()
def change_own() -> ResponseReturnValue:
    form = read_form(Details, request.form)
    if form.data is None:
        return _own(form), 422
    change_own_details(current_rt(), current_principal(), name=form.data.name, language=form.data.language)
    toast(gettext("Your details are changed."))
    return redirect(url_for("accounts.own"))


@blueprint.get("/console/me/password")
@page(before_password=True)
def password_form() -> ResponseReturnValue:
    return _password(blank_form())


@blueprint.post("/console/me/password")
@page(before_password=True)
def change_password() -> ResponseReturnValue:
    form = read_form(NewPassword, request.form)
    sent, token = form.data, ""
    if sent is not None and sent.password != sent.again:
        form.refuse("again", gettext("The two passwords are not the same."))
    if form.data is not None:
        try:
            current, new = form.data.current.get_secret_value(), form.data.password.get_secret_value()
            token = change_own_password(current_rt(), current_principal(), current, new, browser=browser())
        except CallsvcError as error:
            refuse(form, error, {"password-wrong": "current"} | dict.fromkeys(_OF_NEW, "password"))
    if form.data is None:
        return _password(form), 422
    answer = signed_in(token, url_for("accounts.front"))
    toast(gettext("Your password is changed, and every other session has ended."))
    return answer


_OF_NEW = ("password-too-short", "password-too-long", "password-unchanged")


@blueprint.post("/console/me/sessions/<session_id>/end")
@page()
def end_session(session_id: str) -> ResponseReturnValue:
    end_own_session(current_rt(), current_principal(), session_id)
    toast(gettext("The session has ended."))
    return redirect(url_for("accounts.own"))


@blueprint.post("/console/me/sessions/end-others")
@page()
def end_others() -> ResponseReturnValue:
    end_other_sessions(current_rt(), current_principal())
    toast(gettext("All your other sessions have ended."))
    return redirect(url_for("accounts.own"))


@blueprint.get("/console/me/keys/new")
@page()
def key_form() -> ResponseReturnValue:
    return _key(blank_form({"last_day": (_today() + USUAL_LIFE).isoformat()}))


@blueprint.post("/console/me/keys/new")
@page()
def make_key() -> ResponseReturnValue:
    """The key stands in the answer and nowhere else: it is not kept, so it cannot be shown again."""
    form = read_form(NewKey, request.form)
    if form.data is not None:
        try:
            key = create_own_key(
                current_rt(),
                current_principal(),
                name=form.data.name,
                scopes=form.data.scopes,
                last_day=form.data.last_day,
            )
            return render_template("accounts/key_made.html", key=key)
        except CallsvcError as error:
            refuse(form, error, {"key-day-invalid": "last_day", "key-name-invalid": "name"})
    return _key(form), 422


@blueprint.post("/console/me/keys/<key_id>/revoke")
@page()
def end_key(key_id: str) -> ResponseReturnValue:
    revoke_key(current_rt(), key_id, by=current_principal())
    toast(gettext("The key works no more."))
    return redirect(url_for("accounts.own"))


def _own(form: "Form[Any]") -> str:
    principal = current_principal()
    with current_rt().db.read() as tx:
        context = {
            "account": account_by_id(tx, principal.account_id),
            "sessions": sessions_of(tx, principal.account_id),
            "keys": keys_of(tx, principal.account_id),
            "machine_now": tx.machine_now,
        }
    words = {"scope_words": SCOPE_WORDS, "paris": PARIS, "second": timedelta(seconds=1)}
    return render_template("accounts/own.html", form=form, **words, **context)


def _password(form: "Form[Any]") -> str:
    return render_template("accounts/own_password.html", form=form)


def _key(form: "Form[Any]") -> str:
    choices = [(scope, SCOPE_WORDS[scope]) for scope in sorted(current_principal().scopes)]
    longest = _today() + LONGEST_LIFE
    return render_template("accounts/key_new.html", form=form, choices=choices, longest=longest)


def _today() -> date:
    return current_rt().machine.now().astimezone(PARIS).date()
