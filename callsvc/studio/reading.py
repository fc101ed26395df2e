"""The list of flows, one flow with its versions, one version, and what parts two of them."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

import ivr_flows
from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.queries import account_names
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.flows.drafts import draft_of
from callsvc.flows.examining import examine, ticket
from callsvc.studio.blueprint import blueprint, language, lines_changed
from callsvc.studio.queries import (
    campaigns_of,
    examined_here,
    flows_listed,
    publications_of,
    sessions_running,
    title_of,
    version_of,
    versions_of,
)
from callsvc.web import current_rt
from ivr_flows.comparing import compare as changed
from ivr_flows.drawing import draw

DRAFT = "draft"  # names the draft where a version may stand


@blueprint.get("/")
@page("report")
def index() -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        flows = flows_listed(tx, current_principal())
        names = account_names(tx, [flow.published_by for flow in flows])
    return render_template("flows/list.html", flows=flows, names=names)


@blueprint.get("/<flow_id>")
@page("report")
def show(flow_id: str) -> ResponseReturnValue:
    principal = current_principal()
    with current_rt().db.read() as tx:
        versions, draft = versions_of(tx, flow_id), draft_of(tx, flow_id)
        if not versions and draft is None:
            raise NotFound("flow-unknown", f"No flow is called {flow_id!r}.")
        history = publications_of(tx, flow_id)
        by = [row.published_by for row in versions] + [row.by for row in history]
        names = account_names(tx, [*by, draft.changed_by if draft is not None else None])
        campaigns = campaigns_of(tx, principal, flow_id)
        running = sessions_running(tx, principal, flow_id)
        newest = versions[0] if versions else None
        source = newest.source if newest is not None else draft.source if draft is not None else ""
        examined = examined_here(tx, flow_id, source)
    return render_template(
        "flows/page.html",
        flow_id=flow_id,
        title=title_of(examined.definition, flow_id),
        examined=examined,
        newest=newest,
        versions=versions,
        draft=draft,
        history=history,
        names=names,
        campaigns=campaigns,
        running=running,
        drawing=_drawing(examined.definition),
    )


@blueprint.get("/<flow_id>/versions/<version>")
@page("report")
def version(flow_id: str, version: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        row = version_of(tx, flow_id, version)
        newest = versions_of(tx, flow_id)[0]
        names = account_names(tx, [row.published_by])
        examined = examined_here(tx, flow_id, row.source)
    return render_template(
        "flows/version.html",
        flow_id=flow_id,
        row=row,
        newest=newest,
        names=names,
        examined=examined,
        ticket=ticket,
        source=row.source,
    )


@blueprint.get("/<flow_id>/compare")
@page("report")
def compare(flow_id: str) -> ResponseReturnValue:
    """Two versions (or the draft) named in the address; without names, the newest and the one before."""
    with current_rt().db.read() as tx:
        versions, draft = versions_of(tx, flow_id), draft_of(tx, flow_id)
        known = [row.version for row in versions]
        newer = request.args.get("new", "") or (DRAFT if draft is not None else known[0] if known else "")
        older = request.args.get("old", "") or (
            known[0] if newer == DRAFT and known else known[-1:][0] if known else ""
        )
        old, new = _text(tx, flow_id, older), _text(tx, flow_id, newer)
    choices = [(DRAFT, "")] if draft is not None else []
    return render_template(
        "flows/compare.html",
        flow_id=flow_id,
        older=older,
        newer=newer,
        choices=[*choices, *((row.version, row.published_at) for row in versions)],
        lines=lines_changed(old, new),
        told=told_changes(old, new),
        back=url_for("flows.show", flow_id=flow_id),
    )


def told_changes(old: str, new: str) -> list[str] | None:
    """The changes in sentences; None where one of the two is no flow, so that only lines can be compared."""
    before, after = examine(old).definition, examine(new).definition
    return changed(before, after, language()) if before is not None and after is not None else None


def _text(tx: Tx, flow_id: str, version: str) -> str:
    if version == DRAFT and (draft := draft_of(tx, flow_id)) is not None:
        return str(draft.source)
    return str(version_of(tx, flow_id, version).source)


def _drawing(definition: ivr_flows.Definition | None) -> Markup | None:
    """The graph; it escapes by itself what a flow says."""
    return Markup(draw(definition)) if definition is not None else None  # noqa: S704
