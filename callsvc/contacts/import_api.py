"""Contact lists for programs: sent as they are, followed by id, what was refused fetched as a file."""

from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from flask import Response, request
from pydantic import Field
from spectree import Tag

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.receiving import Reception
from callsvc.contacts.tables import contact_import
from callsvc.core.errors import Forbidden, NotFound
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Asked, Listed, Name, PlatformCode, Told
from callsvc.web.tables import kept_file

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
_MOST = 64 * 1024 * 1024


class Import(Told):
    """`report` counts rows by reason, never a cell; it is empty while the import runs."""

    id: str
    source: str
    status: Literal["running", "completed", "failed"]
    lines_done: int
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
    map: list[str] = Field([], max_length=20, description='Such as "Tél=phone"; once for each column.')


@imports_api.post("/imports")
@api("contacts")
@operation(
    IMPORTS,
    status=202,
    again="nature",
    takes={"text/csv": None},
    body_limit=_MOST,
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

    Short lists are done when the answer comes. The same list with the same wishes changes nothing the second
    time, and one whose import died is finished by sending it again.
    """
    _require_whole_country()
    wish = {
        "source": query.source, "into_campaign": query.campaign or None, "mapping": query.map,
        "default_platform": query.platform or None, "language": query.language,
        "consent_basis": query.consent_basis,
    }  # fmt: skip
    report = Reception(current_rt(), request.stream, wish).run()
    with current_rt().db.begin() as tx:
        record_access(tx, current_principal(), "contacts-imported", report.import_id, {})
        row = tx.first(sa.select(contact_import).where(contact_import.c.id == report.import_id))
    return Import.model_validate(row)


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
    _require_whole_country()
    with current_rt().db.read() as tx:
        row = tx.first(sa.select(contact_import).where(contact_import.c.id == import_id))
    if row is None:
        raise NotFound("import-unknown", "No import has this id.")
    return Import.model_validate(row)


@imports_api.get("/imports/<import_id>/rejects")
@api("contacts")
@operation(
    IMPORTS,
    gives="text/csv",
    refusals=(NATIONAL, Refusal("rejects-unknown", 404, "Nothing was refused, or a day has passed since.")),
)
def fetch_rejects(import_id: str) -> Response:
    """What was refused and why, to correct and send again; for a day. The reading is recorded."""
    _require_whole_country()
    with current_rt().db.begin() as tx:
        live = (kept_file.c.id == import_id) & (kept_file.c.expires_at > tx.machine_now)
        row = tx.first(sa.select(kept_file).where(live))
        if row is None:
            raise NotFound("rejects-unknown", "Nothing was refused, or a day has passed since.")
        record_access(tx, current_principal(), "rejects-read", import_id, {})
        text = tx.keyring.decrypt(row.content, f"kept_file.content:{import_id}")
    return Response(text, mimetype="text/csv")


def _require_whole_country() -> None:
    if not current_principal().sees_everything:
        raise Forbidden(
            "whole-country-needed", "A list may name people anywhere: use an account of the whole country."
        )
