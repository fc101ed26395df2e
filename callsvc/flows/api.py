"""Published flows for programs."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import Field
from spectree import Tag

from callsvc.accounts.guard import api
from callsvc.core.errors import NotFound
from callsvc.flows.tables import flow_version
from callsvc.web import current_rt
from callsvc.web.api import Refusal, api_blueprint, operation
from callsvc.web.cursors import Paging, page_of
from callsvc.web.models import Listed, Name, Told

flows_api = api_blueprint("flows_api")

FLOWS = Tag(name="flows", description="What callers hear: published once, never changed.")


class FlowVersion(Told):
    version: str = Field(description="Hash of the content.")
    flow_id: str = Field(examples=["contact-tracing"])
    published_at: datetime
    published_by: str


class FlowSource(FlowVersion):
    source: str = Field(description="The YAML as it was published.")


class FlowList(Listed):
    items: list[FlowVersion]


class FlowFilter(Paging):
    flow: Name = ""


@flows_api.get("/flows")
@api("flows")
@operation(FLOWS)
def list_flows(query: FlowFilter) -> FlowList:
    """Versions of flows, newest first."""
    columns = [column for column in flow_version.c if column.name != "source"]
    wanted = _published().with_only_columns(*columns)
    wanted = wanted.where(flow_version.c.flow_id == query.flow) if query.flow else wanted
    with current_rt().db.read() as tx:
        keys = (flow_version.c.published_at, flow_version.c.version)
        rows, more = page_of(tx, wanted, query, *keys, newest_first=True)
    return FlowList(items=[FlowVersion.model_validate(row) for row in rows], next=more)


@flows_api.get("/flows/<version>")
@api("flows")
@operation(FLOWS, refusals=(Refusal("flow-version-unknown", 404, "No published flow has this version."),))
def show_flow(version: str) -> FlowSource:
    """One version with its source."""
    with current_rt().db.read() as tx:
        row = tx.first(_published().where(flow_version.c.version == version))
    if row is None:
        raise NotFound("flow-version-unknown", "No published flow has this version.")
    return FlowSource.model_validate(row)


def _published() -> sa.Select[Any]:
    """Versions that were published; a draft somebody tried is kept under a name of its own."""
    return sa.select(flow_version).where(flow_version.c.flow_id.not_like("~%"))
