"""Do-not-contact lists in the console: one sent, what was refused of it, and all we hold fetched."""

import re
from pathlib import PurePath
from typing import Any, Final, Literal

from flask import Response, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field
from werkzeug.datastructures import FileStorage

from callsvc.accounts.guard import current_principal, page
from callsvc.contacts.suppression_transfer import give_list, keep_rejects, kept_rejects, take_list
from callsvc.people.blueprint import blueprint
from callsvc.people.suppressions import suppressions_page
from callsvc.web import current_rt
from callsvc.web.forms import Form, read_form
from callsvc.web.texts import gettext

# Some 40 000 numbers, stored in up to a minute while the sender waits; the command takes any length.
_LARGEST: Final = 512 * 1024  # bytes
_MARK: Final = "\ufeff"  # by which a spreadsheet knows UTF-8


class ListSent(BaseModel):
    """``scope`` and ``purpose`` are of rows that name none."""

    name: str = Field("", pattern=r"^[\w .,'()/-]{1,60}$")
    scope: Literal["sms", "purpose", "all"] = "all"
    purpose: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{0,58})?$")


class ListAsked(BaseModel):
    """What of it; nothing said is all that holds."""

    scope: Literal["", "sms", "purpose", "all"] = ""
    source: str = Field("", max_length=40)
    lifted: bool = False


@blueprint.post("/suppressions")
@page("contacts")
def send_suppressions() -> ResponseReturnValue:
    """What became of a list is the answer itself: sent again, it changes nothing."""
    form, file = read_form(ListSent, request.form), request.files.get("list")
    _check(form, file)
    if form.data is None or file is None:
        return suppressions_page(form), 422
    rt, principal, wanted = current_rt(), current_principal(), form.data
    name = wanted.name or _name_of(file)
    report = take_list(rt, principal, file.stream, name=name, scope=wanted.scope, purpose=wanted.purpose)
    if not report.rows:
        form.refuse("list", gettext("The file is empty: export the list again."))
        return suppressions_page(form), 422
    keep_rejects(rt, principal, report)
    return suppressions_page(report=report)


def _check(form: Form[ListSent], file: FileStorage | None) -> None:
    """What only the file, or two fields together, can be wrong about."""
    if form.data is not None and (form.data.scope == "purpose") != bool(form.data.purpose):
        form.refuse("purpose", gettext("Name the purpose, and only for that choice."))
    if file is None or not file.filename:
        form.refuse("list", gettext("Choose a file first."))
    elif _size(file) > _LARGEST:
        form.refuse("list", gettext("The file is too large: send it in parts."))


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size


def _name_of(file: FileStorage) -> str:
    """The file's own name, without any folder: part of each entry's evidence."""
    stem = PurePath((file.filename or "").replace("\\", "/")).stem
    return re.sub(r"[^\w .,'()-]+", " ", stem).strip()[:60] or "console"


@blueprint.get("/suppressions/rejects.csv")
@page("contacts")
def suppression_rejects() -> ResponseReturnValue:
    """What was refused of the list that this account sent last, to correct and send again."""
    return _download(kept_rejects(current_rt(), current_principal()), "suppressions-rejects.csv")


@blueprint.get("/suppressions/export.csv")
@page("contacts")
def export_list() -> ResponseReturnValue:
    """Numbers in full, of one's own places; the same can be sent again."""
    form = read_form(ListAsked, request.args)
    if form.data is None:
        return suppressions_page(), 422
    lines = give_list(
        current_rt(),
        current_principal(),
        scope=form.data.scope,
        source=form.data.source,
        lifted=form.data.lifted,
    )
    return _download((line for part in ([_MARK], lines) for line in part), "suppressions.csv")


def _download(pieces: Any, name: str) -> Response:
    answer = Response(pieces, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
