"""The desk beside calls: dial or skip whom an agent looked at, write to somebody and be done, as forms."""

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from callsvc.accounts.guard import current_principal, page
from callsvc.core.errors import Conflict, Invalid
from callsvc.desk.pages import blueprint
from callsvc.routing.desks.desk_api import agent_of
from callsvc.routing.other_work import calling_out, writing
from callsvc.web import current_rt
from callsvc.web.toasts import toast


@blueprint.post("/work/dial")
@page("desk")
def dial_person() -> ResponseReturnValue:
    return _done(lambda agent: calling_out.dial(current_rt(), agent))


@blueprint.post("/work/skip")
@page("desk")
def skip_person() -> ResponseReturnValue:
    return _done(lambda agent: calling_out.skip(current_rt(), agent, _text("reason", 40)))


@blueprint.post("/work/answer")
@page("desk")
def answer_by_sms() -> ResponseReturnValue:
    return _done(lambda agent: writing.answer(current_rt(), agent, _text("text", 1600)))


@blueprint.post("/work/close")
@page("desk")
def close_conversation() -> ResponseReturnValue:
    return _done(lambda agent: writing.close(current_rt(), agent, _text("disposition", 40)))


def _done(act: Callable[[str], object]) -> ResponseReturnValue:
    try:
        act(agent_of(current_principal()))
    except (Conflict, Invalid) as error:
        toast(error.message, kind="bad")
    return redirect(url_for("desk.index"))


def _text(name: str, most: int) -> str:
    return request.form.get(name, "")[:most]
