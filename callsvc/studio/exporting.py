"""What people answered, out of the service: a FLOIP Flow Results package of one flow.

Sessions are read a few hundred at a time and given on one by one, however many there are. A contact is a
pseudonym that is the same at every export of this flow and another in that of any other. What was deleted
when its time was over is not there any more, and nothing says that it was. Trials are left out.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.calls.tables import call
from callsvc.campaigns.trials import is_trial
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.flows.paths import answers_in
from callsvc.flows.service import definition_of, newest_flows, newest_version, pinned_flows
from callsvc.flows.tables import flow_session, flow_version
from callsvc.runtime import Runtime
from callsvc.studio.subjects import PLACE, placed, texted
from ivr_flows import results

AT_ONCE = 500  # sessions in one transaction
_NAMESPACE = uuid.UUID("6f1a2c3e-52d1-5b0a-9c58-0c8f6e0a7b11")  # of the ids of packages


@dataclass(frozen=True, kw_only=True)
class Period:
    """Sessions that began in it (lived): the first instant is in it, the last is not; None is open."""

    since: datetime | None = None
    until: datetime | None = None


def descriptor_of(tx: Tx, flow_id: str, path: str, mediatype: str = "application/json") -> dict[str, Any]:
    """The descriptor of a flow's package, with what its newest version asks; raises ``flow-unknown``."""
    version = newest_version(tx, flow_id)
    definition = definition_of(tx, version)
    return results.descriptor(
        definition,
        id=str(uuid.uuid5(_NAMESPACE, version)),
        created=tx.now,
        path=path,
        flows=newest_flows(tx, definition),
        mediatype=mediatype,
    )


def ended_sessions(flow_id: str, period: Period, principal: Principal | None) -> sa.Select[Any]:
    """The sessions of all versions of a flow that have ended, in the principal's regions."""
    versions = sa.select(flow_version.c.version).where(flow_version.c.flow_id == flow_id)
    contact_id = sa.func.coalesce(call.c.contact_id, texted.c.contact_id).label("contact_id")
    wanted = placed(sa.select(flow_session, PLACE.campaign.label("campaign_id"), contact_id)).where(
        flow_session.c.version.in_(versions), flow_session.c.status == "ended"
    )
    if period.since is not None:
        wanted = wanted.where(flow_session.c.started_at >= period.since)
    if period.until is not None:
        wanted = wanted.where(flow_session.c.started_at < period.until)
    if principal is not None:
        wanted = wanted.where(scope_condition(principal, PLACE.region, PLACE.platform))
    return wanted


def rows_of(tx: Tx, flow_id: str, sessions: list[Row[Any]]) -> Iterator[results.Row]:
    """What was answered in these sessions, in the order of :data:`ivr_flows.results.FIELDS`."""
    for row in sessions:
        if is_trial(row.campaign_id) or not row.state:
            continue
        state = tx.keyring.decrypt_json(row.state, f"flow_session:{row.id}")
        session = results.Session(
            id=row.id,
            contact_id=pseudonym(tx, flow_id, row.contact_id or row.id),
            channel=row.channel,
            answers=answers_in(state),
        )
        yield from results.rows(definition_of(tx, row.version), [session], pinned_flows(tx, state))


def pseudonym(tx: Tx, flow_id: str, contact_id: str) -> str:
    """Who answered, as an export names them: nobody finds the contact by it without our key."""
    return tx.keyring.fingerprint(f"flow-results:{flow_id}:{contact_id}").hex()[:32]


def export_rows(rt: Runtime, flow_id: str, period: Period, by: str) -> Iterator[results.Row]:
    """Every row, the whole country: the operator's command. The export is in the access log before its first.

    Raises ``flow-unknown``, ``period-invalid``.
    """
    if period.since and period.until and period.since >= period.until:
        raise Invalid("period-invalid", "The period ends before it begins: --since comes before --until.")
    with rt.db.begin() as tx:
        newest_version(tx, flow_id)
        record_export(tx, None, flow_id, period, {"by": by})
    keys = flow_session.c.started_at, flow_session.c.id
    after: tuple[Any, ...] | None = None
    while True:
        wanted = ended_sessions(flow_id, period, None).order_by(*keys).limit(AT_ONCE)
        if after is not None:
            bound = (sa.literal(value, key.type) for value, key in zip(after, keys, strict=True))
            wanted = wanted.where(sa.tuple_(*keys) > sa.tuple_(*bound))
        with rt.db.read() as tx:
            sessions = list(tx.all(wanted))
            found = list(rows_of(tx, flow_id, sessions))
        yield from found
        if len(sessions) < AT_ONCE:
            return
        after = sessions[-1].started_at, sessions[-1].id


def record_export(
    tx: Tx, principal: Principal | None, flow_id: str, period: Period, more: dict[str, Any]
) -> None:
    """The access log: what of this flow was read, and by whom."""
    told = {name: at.isoformat() for name, at in (("since", period.since), ("until", period.until)) if at}
    record_access(tx, principal, "flow-results-exported", flow_id, {**told, **more})
