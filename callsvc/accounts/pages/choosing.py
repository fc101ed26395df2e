"""Choosing a password by a link that an administrator made."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, SecretStr

from callsvc.accounts.guard import public
from callsvc.accounts.pages.blueprint import blueprint, refuse
from callsvc.accounts.pages.signing import limit_failures
from callsvc.accounts.service import use_password_link
from callsvc.core.errors import Forbidden, Invalid
from callsvc.web import current_rt
from callsvc.web.forms import blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

_FIELDS = {"link-refused": "code", "password-too-short": "password", "password-too-long": "password"}


class Chosen(BaseModel):
    code: SecretStr
    password: SecretStr
    again: SecretStr


@blueprint.get("/console/choose-password")
@public("shows an empty form; the code of the link stays in the browser")
def choose_form() -> ResponseReturnValue:
    return _page(blank_form())


@blueprint.post("/console/choose-password")
@public("needs the code of a link, which works once; tries are counted; a form token is needed")
@limit_failures
def choose() -> ResponseReturnValue:
    form = read_form(Chosen, request.form)
    sent = form.data
    if sent is not None and sent.password != sent.again:
        form.refuse("again", gettext("The two passwords are not the same."))
    if form.data is not None:
        try:
            code = form.data.code.get_secret_value().strip()
            use_password_link(current_rt(), code, form.data.password.get_secret_value())
        except (Forbidden, Invalid) as error:
            refuse(form, error, _FIELDS)
    if form.data is None:
        return _page(form), 422
    toast(gettext("Your password is set: sign in with it."))
    return redirect(url_for("accounts.sign_in_form"))


def _page(form: Any) -> str:
    return render_template("accounts/choose_password.html", form=form)
