"""The first step: begin from nothing, a template or another campaign; title, purpose, channel and flow."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.flows import flow_of_version, published_flows
from callsvc.campaigning.framing import framed, kept, why_not_kept
from callsvc.campaigning.settings import Opened, opened
from callsvc.campaigning.templates import template_named, templates
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.queries import campaigns_in_scope, titles_seen
from callsvc.campaigns.service import apply_campaign
from callsvc.campaigns.tables import campaign
from callsvc.core.errors import CallsvcError
from callsvc.web import current_rt
from callsvc.web.forms import WHOLE, Form, blank_form, read_form
from callsvc.web.texts import gettext
from callsvc.web.toasts import toast

TAKEN = ("new", "approvals", "callers", "stops", "live")  # words of our own addresses
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,58}")
_WEEKDAYS = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "19:00"}


class Basics(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    name: str = Field("", max_length=59)
    purpose: str = Field(min_length=1, max_length=60)
    channel: Literal["voice", "sms"] = "voice"
    flow: str
    newest: bool = False
    mark: str = ""


@blueprint.get("/new")
@page("campaigns")
def new() -> ResponseReturnValue:
    """What to begin with."""
    with current_rt().db.read() as tx:
        known = {flow.flow_id for flow in published_flows(tx)}
        others = titles_seen(tx, current_principal())
    return render_template("campaigns/new.html", templates=templates(), published=known, others=others)


@blueprint.get("/new/basics")
@page("campaigns")
def begin() -> ResponseReturnValue:
    base = _base(request.args)
    values = {"title": base.pop("title", ""), "channel": "voice", **base}
    return _new(blank_form(values))


@blueprint.post("/new/basics")
@page("campaigns")
def create() -> ResponseReturnValue:
    form = read_form(Basics, request.form)
    if form.data is not None:
        _check_name(form)
    if form.data is None:
        return _new(form), 422
    given = form.data
    wanted = _base(request.args) | _chosen(given) | {"id": given.name or _named(given.title)}
    try:
        apply_campaign(
            current_rt(), CampaignFile.model_validate(wanted), current_principal().account_id, seen={}
        )
    except CallsvcError as refused:
        if refused.id == "campaign-changed":
            form.refuse("name", gettext("Another campaign has this name."))
        else:
            _tell(form, refused)
        return _new(form), 422
    toast(gettext("The draft is kept. Nobody is called before you launch it."))
    return redirect(url_for("campaigns.people", campaign_id=wanted["id"]))


def _new(form: Form[Any]) -> str:
    with current_rt().db.read() as tx:
        flows, purposes = published_flows(tx), _purposes(tx)
    return render_template(
        "campaigns/basics.html", form=form, flows=flows, purposes=purposes, found=None, given=request.args
    )


def _base(given: Mapping[str, str]) -> dict[str, Any]:
    """The settings to begin with: a template's, another campaign's, or the least that is valid."""
    least: dict[str, Any] = {
        "windows": [_WEEKDAYS],
        "caller_id": current_rt().settings.callsvc_caller_id,
    }
    if given.get("copy"):
        with current_rt().db.read() as tx:
            config = dict(opened(tx, given["copy"], to_change=False).progress.config)
        config.pop("id", None)
        return least | config | {"title": gettext("Copy of %(title)s", title=config.get("title", ""))}
    if given.get("template"):
        one = template_named(given["template"])
        return least | dict(one.settings) | {"title": one.title}
    return least


def _chosen(given: Basics) -> dict[str, Any]:
    return {
        "title": given.title,
        "purpose": _slug(given.purpose),
        "channel": given.channel,
        "flow": given.flow,
        "flow_version": "",
    }


def _check_name(form: Form[Basics]) -> None:
    """The name is an address and a file's id; left empty, it is made from the title."""
    given = form.data
    if given is None:
        return
    name = given.name or _named(given.title)
    if not _NAME.fullmatch(name) or name in TAKEN:
        form.refuse("name", gettext("Small letters, digits and hyphens: tracing-2020-11."))
    elif not _NAME.fullmatch(_slug(given.purpose)):
        form.refuse("purpose", gettext("A word or two in letters, such as contact-tracing."))


def _named(title: str) -> str:
    now = current_rt().clock.now()
    return f"{_slug(title)[:50].strip('-')}-{now:%Y-%m}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:59]


def _tell(form: Form[Any], refused: CallsvcError) -> None:
    """What the use case refused, at its field."""
    fields = {
        "flow-unknown": "flow",
        "flow-not-by-sms": "flow",
        "campaign-purpose-fixed": "purpose",
    }
    said = {
        "flow-unknown": gettext("This flow is not published."),
        "flow-not-by-sms": gettext("This flow has no SMS: choose another one, or calls."),
        "campaign-purpose-fixed": gettext(
            "People may have opted out of the purpose as it was: copy the campaign."
        ),
    }
    form.refuse(fields.get(refused.id, WHOLE), said.get(refused.id) or why_not_kept(refused))


def _purposes(tx: Any) -> list[str]:
    """Purposes to choose from: those of the reader's campaigns and of the templates."""
    mine = campaigns_in_scope(current_principal()).with_only_columns(campaign.c.purpose).distinct()
    usual = {str(one.settings["purpose"]) for one in templates()}
    return sorted(usual | {row.purpose for row in tx.all(mine)})


@blueprint.get("/<campaign_id>/basics")
@page("campaigns")
def basics(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    config = found.progress.config
    values = {key: config.get(key, "") for key in ("title", "purpose", "channel", "flow")}
    return _page(found, blank_form(values | {"mark": found.mark}))


@blueprint.post("/<campaign_id>/basics")
@page("campaigns")
def keep_basics(campaign_id: str) -> ResponseReturnValue:
    form = read_form(Basics, request.form)
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    if form.data is not None:
        given, changes = form.data, _chosen(form.data)
        if given.flow == found.progress.config.get("flow") and not given.newest:
            del changes["flow"], changes["flow_version"]
        try:
            return kept(found, "basics", changes, given.mark)
        except CallsvcError as refused:
            _tell(form, refused)
    return _page(found, form), 422


def _page(found: Opened, form: Form[Any]) -> str:
    with current_rt().db.read() as tx:
        flows, purposes = published_flows(tx), _purposes(tx)
        flow = flow_of_version(tx, found.version)
    newer = any(one.flow_id == flow.flow_id and one.version != found.version for one in flows)
    return framed(
        "campaigns/basics.html", found, "basics", form=form, flows=flows, purposes=purposes,
        flow=flow, newer=newer,
    )  # fmt: skip
