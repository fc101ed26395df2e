"""Published flows as a program reads them."""

import sqlalchemy as sa

from callsvc.flows.tables import flow_version
from callsvc.runtime import Runtime

from .conftest import Caller

DRAFTS = ("~0123456789abcdef", "0123456789abcdef")  # as they are named, and whatever a version is called


def test_a_draft_that_somebody_tried_is_no_published_version(world: Runtime, national: Caller) -> None:
    with world.db.begin() as tx:
        published = tx.first(sa.select(flow_version))
        assert published is not None
        kept = {"published_at": tx.now, "published_by": "somebody", "source": published.source}
        for draft in DRAFTS:
            tx.insert(flow_version, version=draft, flow_id=f"~{published.flow_id}", **kept)
    assert national.told(f"/flows/{published.version}")["flow_id"] == published.flow_id
    assert [national("GET", f"/flows/{draft}").status_code for draft in DRAFTS] == [404, 404]
    listed = [one["version"] for one in national.told("/flows")["items"]]
    assert published.version in listed and not {*DRAFTS} & {*listed}
    assert national("GET", f"/flows?flow=~{published.flow_id}").status_code == 422
