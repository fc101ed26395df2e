"""The step of the sender and the pace: who calls, how fast, how often one number, how much a day."""

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa
from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import BaseModel, Field

from callsvc.accounts.guard import page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.flows import flow_of_version, waits_for_agents
from callsvc.campaigning.framing import framed, kept, why_not_kept
from callsvc.campaigning.nesting import Decimal, Paths, Whole, changes_at, values_at
from callsvc.campaigning.settings import Opened, opened
from callsvc.campaigns.callers import verify_line
from callsvc.campaigns.tables import caller_pool
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext

MACHINES = (
    ("DetectMessageEnd", _("Leave the message after the beep")),
    ("Enable", _("Find out at once")),
    ("", _("Do not ask")),
)
PATHS: Paths = {
    "caller_pool": "caller_pool",
    "caller_id": "caller_id",
    "sms_pool": "sms_pool",
    "sms_sender": "sms_sender",
    "calls_per_second": "pacing.calls_per_second",
    "most_live": "pacing.most_live",
    "most_waiting": "pacing.most_waiting",
    "ring_timeout_s": "ring_timeout_s",
    "machine_detection": "machine_detection",
    "per_number_24h": "caps.per_number_24h",
    "per_number_7d": "caps.per_number_7d",
    "most_calls_a_day": "most_calls_a_day",
    "minutes_a_day": "budget.minutes_a_day",
    "euros_a_day": "budget.euros_a_day",
}


class Pace(BaseModel):
    caller_pool: str = ""
    caller_id: str = Field("", max_length=20)
    sms_pool: str = ""
    sms_sender: str = Field("", max_length=20)
    calls_per_second: Decimal = Field(1.0, gt=0, le=100)
    most_live: Whole = Field(50, gt=0, le=100_000)
    most_waiting: Whole = Field(1000, ge=0, le=100_000)
    ring_timeout_s: Whole = Field(30, ge=5, le=600)
    machine_detection: Literal["", "Enable", "DetectMessageEnd"] = ""
    per_number_24h: Whole = Field(3, ge=1, le=100)
    per_number_7d: Whole = Field(10, ge=0, le=500)
    most_calls_a_day: Whole = Field(0, ge=0, le=10_000_000)
    minutes_a_day: Whole = Field(0, ge=0, le=10_000_000)
    euros_a_day: Decimal = Field(0.0, ge=0, le=10_000_000)
    mark: str = ""


@blueprint.get("/<campaign_id>/pace")
@page("campaigns")
def pace(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    return _page(found, blank_form(values_at(found.whole, PATHS) | {"mark": found.mark}))


@blueprint.post("/<campaign_id>/pace")
@page("campaigns")
def keep_pace(campaign_id: str) -> ResponseReturnValue:
    form = read_form(Pace, request.form)
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    if form.data is not None:
        given = form.data.model_dump()
        try:
            return kept(found, "pace", changes_at(found.whole, PATHS, _one_sender(given)), form.data.mark)
        except CallsvcError as refused:
            form.refuse(_field(refused, given), _said(refused))
    return _page(found, form), 422


def _one_sender(given: Mapping[str, Any]) -> dict[str, Any]:
    """A number or a pool of them: the pool, where one is chosen."""
    pools = {"caller_id": "caller_pool", "sms_sender": "sms_pool"}
    without = {number: "" for number, pool in pools.items() if given[pool]}
    return {**given, "caller_id": given["caller_id"].replace(" ", ""), **without}


def _field(refused: CallsvcError, given: Mapping[str, Any]) -> str:
    if refused.id not in ("caller-not-allowed", "sender-unreadable", "fiction-number"):
        return WHOLE
    about_sms = "SMS" in refused.message or (given["sms_sender"] or "-") in refused.message
    return "sms_sender" if about_sms else "caller_id"


def _said(refused: CallsvcError) -> str:
    said = {
        "caller-not-allowed": gettext(
            "This sender may not be used for that: automated calls show verified or platform numbers, SMS "
            "come from a short code, a platform number or a name."
        ),
        "sender-unreadable": gettext(
            "Write a number like +33162000100, a short code, or a name of 1 to 11 letters."
        ),
        "caller-pool-unknown": gettext("This pool of senders does not exist any more."),
    }
    return said.get(refused.id) or why_not_kept(refused)


def _page(found: Opened, form: Form[Any]) -> str:
    rt = current_rt()
    with rt.db.read() as tx:
        flow, pools = flow_of_version(tx, found.version), _pools(tx)
        agents = waits_for_agents(tx, flow)
        verify = verify_line(tx, found.file)
    return framed(
        "campaigns/pace.html",
        found,
        "pace",
        form=form,
        pools=pools,
        agents=agents,
        machines=MACHINES,
        national=rt.settings.callsvc_calls_per_second,
        verify=verify,
    )


def _pools(tx: Tx) -> list[tuple[str, str]]:
    rows = tx.all(sa.select(caller_pool.c.id, caller_pool.c.title).order_by(caller_pool.c.title))
    return [(row.id, row.title) for row in rows]
