"""Contact lists for programs: sent as they are, followed by id, what was refused fetched as a file."""

from datetime import date, datetime
from itertools import chain
from typing import Any, Literal

import sqlalchemy as sa
from flask import Response, request
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.importing_jobs import (
    ImportWish,
    cancel_import,
    import_seen,
    refuse_early,
    rejects_of,
    start_import,
)
from callsvc.contacts.tables import contact_import
from callsvc.contacts.uploads import LARGEST, forget_upload, receive_file
from callsvc.core.errors import CallsvcError, Forbidden, NotFound
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Asked, Listed, Name, PlatformCode, Told

imports_api = api_blueprint("imports_api")

IMPORTS = Tag(
    name="imports", description="Lists of people to call. Every row is kept, or refused with its reason."
)
NATIONAL = Refusal(
    "whole-country-needed", 403, "A list may name people anywhere: an account of the whole country."
)
UNKNOWN = Refusal("import-unknown", 404, "No import has this id.")
_UNREADABLE = (
    Refusal("file-empty", 422, "The list is empty."),
    Refusal("not-a-text-file", 422, "It is not text: export the list as CSV."),
    Refusal("no-phone-column", 422, "No column holds phone numbers: name one with `map`."),
    Refusal("line-too-long", 422, "A line is too long, or a quote is never closed."),
    Refusal("mapping-unreadable", 422, "Write a mapping as column=field."),
    Refusal("mapping-unknown-field", 422, "The mapping names a field that does not exist."),
    Refusal("mapping-column-missing", 422, "The mapping names a column that the list does not have."),
)


class Import(Told):
    """`report` counts rows by reason, never a cell; it grows while the import runs."""

    id: str
    source: str
    status: Literal["running", "completed", "failed", "canceled"]
    lines_done: int
    lines: int = Field(description="Of the whole list; 0 when nobody counted them.")
    error: str = Field(description="Why it failed: an id. Empty otherwise.")
    error_says: str
    report: dict[str, Any] = Field(examples=[{"rows": 1200, "kept": 1187, "refused": 13}])
    started_at: datetime
    ended_at: datetime | None


class ImportList(Listed):
    items: list[Import]


class ImportQuery(Asked):
    source: str = Field("api", pattern=r"^[\w .,'()/-]{1,100}$", description="Where the list comes from.")
    campaign: Name = Field("", description="Put the people into this campaign.")
    platform: PlatformCode = Field("", description="Platform of people whose department is unknown.")
    language: str = Field("fr", pattern="^[a-z]{2}$", description="Of people whose language is unknown.")
    consent_basis: str = Field("public-interest", pattern=r"^[a-z][a-z-]{0,38}$")
    consent_on: date | None = Field(None, description="The day of that basis, for rows that say none.")
    map: list[str] = Field([], max_length=20, description='Such as "Tél=phone"; once for each column.')


@imports_api.post("/imports")
@api("contacts")
@operation(
    IMPORTS,
    status=202,
    again="nature",
    takes={"text/csv": None},
    body_limit=LARGEST,
    refusals=(
        NATIONAL,
        Refusal("import-running", 409, "This very list is being imported now."),
        *_UNREADABLE,
        Refusal("platform-unknown", 422, "No platform has this code."),
        Refusal("campaign-unknown", 404, "No campaign has this id."),
        Refusal("campaign-over", 409, "The campaign was stopped: it takes nobody."),
    ),
)
def import_list(query: ImportQuery) -> Import:
    """Send a list (CSV, 64 MiB at most) as the body; it is imported while you follow it by id.

    It is kept encrypted until a worker has imported it. The same list with the same wishes changes nothing
    the second time, and gives the first import.
    """
    _require_whole_country()
    rt, by = current_rt(), current_principal()
    wish = ImportWish(
        source=query.source, campaign=query.campaign or None, mapping=query.map,
        platform=query.platform or None, language=query.language, consent_basis=query.consent_basis,
        consent_on=query.consent_on,
    )  # fmt: skip
    refuse_early(rt, wish)
    upload_id = receive_file(rt, request.stream, query.source, by.account_id)
    try:
        import_id = start_import(rt, upload_id, wish, by.account_id)
    except CallsvcError:
        with rt.db.begin() as tx:
            forget_upload(tx, upload_id)
        raise
    with rt.db.begin() as tx:
        record_access(tx, by, "contacts-imported", import_id, {})
        return Import.model_validate(import_seen(tx, by, import_id))


@imports_api.post("/imports/<import_id>/cancel")
@api("contacts")
@operation(IMPORTS, refusals=(NATIONAL, UNKNOWN, Refusal("import-over", 409, "It has ended already.")))
def cancel(import_id: str) -> Import:
    """End an import before its next lines; what it stored stays."""
    by = current_principal()
    with current_rt().db.begin() as tx:
        import_seen(tx, by, import_id)
        cancel_import(tx, import_id, by.account_id)
        record_access(tx, by, "import-canceled", import_id, {})
        return Import.model_validate(import_seen(tx, by, import_id))


@imports_api.get("/imports")
@api("contacts")
@operation(IMPORTS, refusals=(NATIONAL,))
def list_imports(query: Paging) -> ImportList:
    """Imports, newest first."""
    _require_whole_country()
    with current_rt().db.read() as tx:
        rows, more = page_of(tx, sa.select(contact_import), query, contact_import.c.id, newest_first=True)
    return ImportList(items=[Import.model_validate(row) for row in rows], next=more)


@imports_api.get("/imports/<import_id>")
@api("contacts")
@operation(IMPORTS, refusals=(NATIONAL, UNKNOWN))
def show_import(import_id: str) -> Import:
    """How far an import has come, and its report once it ended."""
    with current_rt().db.read() as tx:
        return Import.model_validate(import_seen(tx, current_principal(), import_id))


@imports_api.get("/imports/<import_id>/rejects")
@api("contacts")
@operation(
    IMPORTS,
    gives="text/csv",
    refusals=(
        NATIONAL,
        UNKNOWN,
        Refusal("rejects-unknown", 404, "Nothing was refused, or a day has passed since."),
    ),
)
def fetch_rejects(import_id: str) -> Response:
    """What was refused and why, to correct and send again; for a day. The reading is recorded."""
    rt, by = current_rt(), current_principal()
    pieces = rejects_of(rt, by, import_id)
    first = next(pieces, None)
    if first is None:
        raise NotFound("rejects-unknown", "Nothing was refused, or a day has passed since.")
    with rt.db.begin() as tx:
        record_access(tx, by, "rejects-read", import_id, {})
    return Response(chain((first,), pieces), mimetype="text/csv")


def _require_whole_country() -> None:
    if not current_principal().sees_everything:
        raise Forbidden(
            "whole-country-needed", "A list may name people anywhere: use an account of the whole country."
        )
