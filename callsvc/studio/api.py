"""What people answered, for programs: FLOIP Flow Results in pages."""

from typing import Any

from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api, current_principal
from callsvc.core.errors import Invalid
from callsvc.flows.service import newest_version
from callsvc.flows.tables import flow_session
from callsvc.studio.exporting import Period, descriptor_of, ended_sessions, record_export, rows_of
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Listed, Moment, Told

results_api = api_blueprint("results_api")

RESULTS = Tag(name="flow results", description="What people answered, as FLOIP Flow Results packages.")
UNKNOWN = Refusal("flow-unknown", 404, "No published flow has this name.")
PERIOD = Refusal("period-invalid", 422, "The period ends before it begins.")


class ResultsDescriptor(Told):
    """A FLOIP descriptor (Data Package): who made it, and every question by its id."""

    profile: str
    flow_results_specification_version: str
    name: str
    title: str
    id: str
    created: str
    modified: str
    resources: list[dict[str, Any]]


class ResponsePage(Listed):
    """Rows in the order of the descriptor's fields."""

    items: list[list[Any]] = Field(
        description="timestamp, row, contact (a pseudonym), session, question, response, metadata."
    )


class ResultsFilter(Paging):
    """`limit` counts sessions: a page has every response of each."""

    since: Moment | None = Field(None, description="Sessions that began at this instant or later.")
    until: Moment | None = Field(None, description="Sessions that began before this instant.")


@results_api.get("/flows/<flow_id>/results")
@api("contacts")
@operation(RESULTS, refusals=(UNKNOWN,))
def describe_results(flow_id: str) -> ResultsDescriptor:
    """The descriptor of a flow's package: what its newest version asks."""
    with current_rt().db.read() as tx:
        path = f"/api/v1/flows/{flow_id}/results/responses"
        return ResultsDescriptor.model_validate(descriptor_of(tx, flow_id, path))


@results_api.get("/flows/<flow_id>/results/responses")
@api("contacts")
@operation(RESULTS, refusals=(UNKNOWN, PERIOD))
def list_responses(query: ResultsFilter, flow_id: str) -> ResponsePage:
    """What was answered in your regions, oldest session first; the reading is recorded in the access log."""
    period, principal = Period(since=query.since, until=query.until), current_principal()
    if period.since and period.until and period.since >= period.until:
        raise Invalid("period-invalid", "The period ends before it begins.")
    keys = flow_session.c.started_at, flow_session.c.id
    with current_rt().db.begin() as tx:
        newest_version(tx, flow_id)
        sessions, more = page_of(tx, ended_sessions(flow_id, period, principal), query, *keys)
        items = list(rows_of(tx, flow_id, list(sessions)))
        record_export(tx, principal, flow_id, period, {"responses": len(items)})
    return ResponsePage(items=items, next=more)
