"""Do-not-contact lists for programs: a CSV in, a CSV out, both recorded in the access log."""

from typing import Literal

from flask import Response, request
from pydantic import Field

from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.api import SUPPRESSIONS
from callsvc.contacts.suppression_transfer import counts_of, give_list, take_list
from callsvc.core.errors import Invalid
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Name, Told

suppression_lists_api = api_blueprint("suppression_lists_api")

_MOST = 16 * 1024 * 1024
_SHOWN = 200


class ListQuery(Asked):
    name: str = Field("api", pattern=r"^[\w .,'()/-]{1,60}$", description="Part of each entry's evidence.")
    scope: Literal["sms", "purpose", "all"] = Field("all", description="Of rows that name none.")
    purpose: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{0,58})?$", description="For the scope `purpose`.")


class RefusedRow(Told):
    line: int
    reason: str
    says: str = Field(description="What to do, in English.")


class ListImported(Told):
    rows: int
    new: int
    known: int = Field(description="Held already: nothing changed.")
    refused: int
    rejects: list[RefusedRow] = Field(description="The first two hundred, without what was written there.")


class ExportQuery(Asked):
    scope: Literal["", "sms", "purpose", "all"] = ""
    source: Name = ""
    lifted: bool = Field(False, description="Also those that were lifted.")


@suppression_lists_api.post("/suppression-lists")
@api("contacts")
@operation(
    SUPPRESSIONS,
    again="nature",
    takes={"text/csv": None},
    body_limit=_MOST,
    refusals=(
        Refusal("purpose-missing", 422, "The scope `purpose` needs a purpose, the other scopes have none."),
        Refusal("list-unreadable", 422, "Not one row is a number: it is empty, or another kind of file."),
    ),
)
def import_suppression_list(query: ListQuery) -> ListImported:
    """Never contact these numbers again: CSV, one number a line, with or without columns scope and purpose.

    In force at once; the same list twice changes nothing. What is not one number is returned with its line,
    as is, for an account of some regions, a number that nobody of these has.
    """
    report = take_list(
        current_rt(),
        current_principal(),
        request.stream,
        name=query.name,
        scope=query.scope,
        purpose=query.purpose,
    )
    if report.rows == report.refused:
        raise Invalid("list-unreadable", "Not one row is a phone number: send CSV, one number a line.")
    shown = [
        RefusedRow(line=one.line, reason=one.reason, says=one.says("en")) for one in report.rejects[:_SHOWN]
    ]
    return ListImported(**counts_of(report), rejects=shown)


@suppression_lists_api.get("/suppression-lists")
@api("contacts")
@operation(SUPPRESSIONS, gives="text/csv")
def export_suppression_list(query: ExportQuery) -> Response:
    """All entries of numbers of your regions, numbers in full; the export is recorded in the access log."""
    lines = give_list(
        current_rt(), current_principal(), scope=query.scope, source=query.source, lifted=query.lifted
    )
    return Response(lines, mimetype="text/csv")
