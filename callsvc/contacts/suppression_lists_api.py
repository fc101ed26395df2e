"""Do-not-contact lists for programs: a CSV in, a CSV out, both recorded in the access log."""

import codecs
from collections.abc import Iterator
from typing import IO, Literal

from flask import Response, request
from pydantic import Field

from callsvc.accounts.access import record_access
from callsvc.accounts.guard import api, current_principal
from callsvc.contacts.api import SUPPRESSIONS
from callsvc.contacts.suppression_lists import LONGEST, export_suppressions, import_suppressions
from callsvc.core.errors import Invalid
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.models import Asked, Name, Told

suppression_lists_api = api_blueprint("suppression_lists_api")

_MOST = 16 * 1024 * 1024
_SHOWN = 200
_PIECE = 64 * 1024


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
    rt = current_rt()
    report = import_suppressions(
        rt,
        _lines(request.stream),
        name=query.name,
        scope=query.scope,
        purpose=query.purpose,
        principal=current_principal(),
    )
    if report.rows == report.refused:
        raise Invalid("list-unreadable", "Not one row is a phone number: send CSV, one number a line.")
    counts = {"rows": report.rows, "new": report.new, "known": report.known, "refused": report.refused}
    with rt.db.begin() as tx:
        record_access(tx, current_principal(), "suppressions-imported", "suppressions", counts)
    shown = [
        RefusedRow(line=one.line, reason=one.reason, says=one.says("en")) for one in report.rejects[:_SHOWN]
    ]
    return ListImported(**counts, rejects=shown)


@suppression_lists_api.get("/suppression-lists")
@api("contacts")
@operation(SUPPRESSIONS, gives="text/csv")
def export_suppression_list(query: ExportQuery) -> Response:
    """All entries of numbers of your regions, numbers in full; the export is recorded in the access log."""
    rt, principal = current_rt(), current_principal()
    asked = {"scope": query.scope, "source": query.source, "lifted": query.lifted}
    with rt.db.begin() as tx:
        record_access(tx, principal, "suppressions-exported", "suppressions", asked)
    lines = export_suppressions(rt, principal, scope=query.scope, source=query.source, lifted=query.lifted)
    return Response(lines, mimetype="text/csv")


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """The body as lines, piece by piece; what is no UTF-8 is read as far as it goes.

    Of a line that is too long only as much is kept as tells so: a body without line ends costs no more.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    left = ""
    while piece := stream.read(_PIECE):
        head, *more = decoder.decode(piece).split("\n")
        left = (left + head)[: LONGEST + 1]
        if more:
            yield left
            yield from more[:-1]
            left = more[-1]
    yield left + decoder.decode(b"", final=True)
