"""The step of the people: lists that were sent, a list to send, or people who come in all day by the API."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import IO, Any
from urllib.parse import unquote

import sqlalchemy as sa
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.engine import Row

from callsvc.accounts.guard import current_principal, page
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigning.flows import flow_of_version, unspoken
from callsvc.campaigning.framing import framed, kept, why_not_kept
from callsvc.campaigning.places import languages_of
from callsvc.campaigning.settings import Opened, opened
from callsvc.contacts.importing_jobs import receive_file
from callsvc.contacts.tables import contact_import
from callsvc.core.db import Tx
from callsvc.core.errors import CallsvcError, Forbidden
from callsvc.web import current_rt
from callsvc.web.texts import gettext

_MOST = 50  # imports that the page lists


@blueprint.get("/<campaign_id>/people")
@page("campaigns")
def people(campaign_id: str) -> ResponseReturnValue:
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    return _page(found)


@blueprint.post("/<campaign_id>/people")
@page("campaigns")
def keep_people(campaign_id: str) -> ResponseReturnValue:
    """Whether people come in all day, so that the campaign never ends by itself."""
    with current_rt().db.read() as tx:
        found = opened(tx, campaign_id)
    try:
        return kept(found, "people", {"standing": "standing" in request.form}, request.form.get("mark", ""))
    except CallsvcError as refused:
        return _page(found, wrong=why_not_kept(refused)), 422


@blueprint.post("/<campaign_id>/people/lists")
@page("contacts")
def send_list(campaign_id: str) -> ResponseReturnValue:
    """Receive a list: a form's file, or the bytes alone when the page's own script sends them."""
    rt, principal = current_rt(), current_principal()
    principal.require("campaigns")
    require_whole_country()
    with rt.db.read() as tx:
        found = opened(tx, campaign_id)
    by_script = request.headers.get("X-Requested-With") == "fetch"
    try:
        name, stream = _sent(by_script)
        upload_id = receive_file(rt, stream, name, principal.account_id)
    except CallsvcError as refused:
        wrong = why_not_received(refused)
        return ({"wrong": wrong}, 422) if by_script else (_page(found, wrong=wrong), 422)
    address = url_for("campaigns.mapping", campaign_id=campaign_id, upload_id=upload_id)
    return {"next": address} if by_script else redirect(address)


def _sent(by_script: bool) -> tuple[str, IO[bytes]]:
    """The file's own name without any folder, and its bytes. No address holds it: it may be somebody's."""
    if by_script:
        return PurePath(unquote(request.headers.get("X-List-Name", ""))).name or "list.csv", request.stream
    file = request.files.get("list")
    if file is None or not file.filename:
        raise CallsvcError("file-missing", "Choose a file first.")
    return PurePath(file.filename.replace("\\", "/")).name, file.stream


def require_whole_country() -> None:
    """A list may name people anywhere, so that only who sees the whole country sends one."""
    if not current_principal().sees_everything:
        raise Forbidden("whole-country-needed", "A list may name people anywhere.")


def why_not_received(refused: CallsvcError) -> str:
    said = {
        "file-missing": gettext("Choose a file first."),
        "file-empty": gettext("The file is empty: export the list again."),
        "file-too-large": gettext("The file is too large: send it in parts."),
        "not-a-text-file": gettext("This is not a text file: export the list as CSV."),
        "line-too-long": gettext("A line is too long, or a quote is never closed: export the list again."),
        "no-phone-column": gettext("No column holds phone numbers: say which one."),
        "upload-unknown": gettext("This list is not kept any more: send it again."),
        "campaign-over": gettext("The campaign is over: copy it to call again."),
        "import-running": gettext("This very list is being imported already."),
    }
    return said.get(refused.id, refused.message)


def _page(found: Opened, wrong: str = "") -> str:
    with current_rt().db.read() as tx:
        imports = _imports(tx, found.id) if _sees_lists() else ()
        spoken = languages_of(tx, current_principal(), found.id)
        flow = flow_of_version(tx, found.version)
    return framed(
        "campaigns/people.html",
        found,
        "people",
        imports=imports,
        spoken=spoken,
        unspoken=unspoken(flow, spoken),
        may_send=_sees_lists() and not found.over,
        wrong=wrong,
    )


def _sees_lists() -> bool:
    principal = current_principal()
    return principal.may("contacts") and principal.sees_everything


def _imports(tx: Tx, campaign_id: str) -> Sequence[Row[Any]]:
    """The lists that were sent for this campaign, newest first."""
    mine = contact_import.c.wish["campaign"].as_string() == campaign_id
    newest = contact_import.c.started_at.desc(), contact_import.c.id.desc()
    return tx.all(sa.select(contact_import).where(mine).order_by(*newest).limit(_MOST))
