"""The desk's other acts: somebody is there, second thoughts, more time, and what is done for a person."""

from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.agents.service import agent_by_id
from callsvc.contacts.choosing import Choices
from callsvc.core.errors import Invalid
from callsvc.desk import choosing, helping
from callsvc.desk.pages import blueprint, done, me, word
from callsvc.platforms.queries import platform_by_code
from callsvc.routing import service as routing
from callsvc.routing.desks.desk import desk_state
from callsvc.web import current_rt
from callsvc.web.forms import read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast


@blueprint.post("/seen")
@page("desk", live=True)
def seen() -> ResponseReturnValue:
    """Somebody is at this desk: the page says so every ten seconds."""
    me()
    return "", 204


@blueprint.post("/undo")
@page("desk")
def undo() -> ResponseReturnValue:
    return done(lambda agent: routing.undo(current_rt(), agent))


@blueprint.post("/wrap-up/extend")
@page("desk")
def extend() -> ResponseReturnValue:
    return done(lambda agent: routing.extend_wrap_up(current_rt(), agent))


@blueprint.post("/disposition/opted-out")
@page("desk")
def dispose_opted_out() -> ResponseReturnValue:
    """Apart from the others: it was asked twice, and cannot be taken back."""
    return done(lambda agent: routing.dispose(current_rt(), agent, "opted-out"))


@blueprint.post("/callback")
@page("desk")
def promise() -> ResponseReturnValue:
    return done(_promise)


def _promise(agent_id: str) -> None:
    state: dict[str, Any] = desk_state(current_rt(), agent_id)
    held = state["call"] or state["wrap_up"]
    try:
        told = datetime.combine(datetime.fromisoformat(word("day")), time.fromisoformat(word("time")))
    except ValueError:
        raise Invalid("callback-time", gettext("Give a day and a time.")) from None
    with current_rt().db.read() as tx:
        place = held["platform"] if held else agent_by_id(tx, agent_id).platform_code
        zone = ZoneInfo(platform_by_code(tx, place).zone)
    helping.promise_call_back(current_rt(), agent_id, told.replace(tzinfo=zone))
    toast(gettext("Promised. It is booked when you say how the call ended."))


@blueprint.post("/opt-out")
@page("desk")
def opt_out() -> ResponseReturnValue:
    def note(agent_id: str) -> None:
        helping.opt_out(current_rt(), current_principal(), agent_id)
        toast(gettext("Noted: they are not called any more."))

    return done(note)


class ChoicesTold(BaseModel):
    """Empty is no wish: any hour, calls as ever, the language we know."""

    hours: list[Literal["morning", "afternoon", "evening"]] = Field(default_factory=list)
    channel: Literal["", "voice", "sms"] = ""
    speech: str = Field("", pattern=r"^([a-z]{2})?$")
    first: bool = False


@blueprint.post("/choices")
@page("desk")
def note_choices() -> ResponseReturnValue:
    """In a call, its wrap-up or a conversation by SMS."""

    def note(agent_id: str) -> None:
        told = read_form(ChoicesTold, request.form).data
        if told is None:
            raise Invalid("choices-invalid", gettext("One of these choices does not exist: choose again."))
        wanted = Choices(hours=tuple(told.hours), channel=told.channel, language=told.speech)
        choosing.note_choices(
            current_rt(), current_principal(), agent_id, wanted, this_number_first=told.first
        )
        toast(gettext("Their choices hold from now on."))

    return done(note)


@blueprint.post("/booking")
@page("desk")
def book() -> ResponseReturnValue:
    def give(agent_id: str) -> None:
        helping.book_appointment(current_rt(), current_principal(), agent_id, word("slot"))
        toast(gettext("The appointment is booked."))

    return done(give)
