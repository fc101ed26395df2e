"""What the pages of flows show: versions, who uses them, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import get_locale
from sqlalchemy.engine import Row

import ivr_flows
from callsvc.accounts.scope import Principal, scope_condition
from callsvc.campaigns.queries import campaigns_in_scope
from callsvc.campaigns.tables import campaign
from callsvc.campaigns.trials import MARK
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound
from callsvc.flows.examining import Examined, examine_as
from callsvc.flows.tables import flow_draft, flow_publication, flow_session, flow_version
from callsvc.studio.subjects import PLACE, placed


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow as the list shows it; ``version`` is empty while nothing of it is published."""

    flow_id: str
    title: str
    version: str
    published_at: datetime | None
    published_by: str
    examined: Examined
    draft: Row[Any] | None
    campaigns: int

    @property
    def languages(self) -> tuple[str, ...]:
        return self.examined.definition.languages if self.examined.definition else ()

    @property
    def channels(self) -> tuple[str, ...]:
        return self.examined.definition.channels if self.examined.definition else ()


def flows_listed(tx: Tx, principal: Principal) -> list[Flow]:
    """Every flow with its newest version, or its draft while there is none."""
    newest: dict[str, Row[Any]] = {}
    for row in tx.all(_published().order_by(flow_version.c.published_at)):
        newest[row.flow_id] = row
    drafts = {row.flow_id: row for row in tx.all(sa.select(flow_draft))}
    used: dict[str, int] = {}
    for row in _campaigns(tx, principal):
        used[row.flow_id] = used.get(row.flow_id, 0) + 1
    return [
        _flow(tx, flow_id, newest.get(flow_id), drafts.get(flow_id), used.get(flow_id, 0))
        for flow_id in sorted({*newest, *drafts})
    ]


def senders_of(tx: Tx, flow_id: str) -> tuple[str, ...]:
    """Who sends the SMS of this flow: the senders of the campaigns that hold it by text messages."""
    holding = (
        sa.select(campaign.c.config)
        .join(flow_version, flow_version.c.version == campaign.c.flow_version)
        .where(flow_version.c.flow_id == flow_id, campaign.c.state.not_in(("stopped", "completed")))
    )
    configs = [row.config for row in tx.all(holding)]
    found = {str(one.get("sms_sender") or "") for one in configs if one.get("channel") == "sms"}
    return tuple(sorted(found - {""}))


def examined_here(tx: Tx, flow_id: str, source: str) -> Examined:
    """What is wrong with a text of this flow on this installation: the one answer of every page."""
    return examine_as(tx, flow_id, source, senders_of(tx, flow_id))


def _published() -> sa.Select[Any]:
    """Versions that were published; a draft that was called with is kept under a name of its own."""
    return sa.select(flow_version).where(flow_version.c.flow_id.not_like(f"{MARK}%"))


def _flow(tx: Tx, flow_id: str, version: Row[Any] | None, draft: Row[Any] | None, campaigns: int) -> Flow:
    source = version.source if version is not None else draft.source if draft is not None else ""
    examined = examined_here(tx, flow_id, source)
    return Flow(
        flow_id=flow_id,
        title=title_of(examined.definition, flow_id),
        version=version.version if version is not None else "",
        published_at=version.published_at if version is not None else None,
        published_by=version.published_by if version is not None else "",
        examined=examined,
        draft=draft,
        campaigns=campaigns,
    )


def title_of(definition: ivr_flows.Definition | None, flow_id: str) -> str:
    """A flow's title in the reader's language, else in its own first one, else its name."""
    if definition is None:
        return flow_id
    titles, locale = definition.title, get_locale()
    return titles.get(locale.language if locale else "") or next(iter(titles.values()), flow_id)


def campaigns_of(tx: Tx, principal: Principal, flow_id: str) -> list[Row[Any]]:
    """The principal's campaigns that call with some version of this flow."""
    return [row for row in _campaigns(tx, principal) if row.flow_id == flow_id]


def _campaigns(tx: Tx, principal: Principal) -> Sequence[Row[Any]]:
    mine = campaigns_in_scope(principal).subquery()
    return tx.all(
        sa.select(mine.c.id, mine.c.title, mine.c.state, mine.c.flow_version, flow_version.c.flow_id)
        .join(flow_version, flow_version.c.version == mine.c.flow_version)
        .order_by(mine.c.title)
    )


def versions_of(tx: Tx, flow_id: str) -> Sequence[Row[Any]]:
    """Newest first."""
    mine = sa.select(flow_version).where(flow_version.c.flow_id == flow_id)
    return tx.all(mine.order_by(flow_version.c.published_at.desc(), flow_version.c.version))


def version_of(tx: Tx, flow_id: str, version: str) -> Row[Any]:
    """One of them; ``flow-version-unknown`` if this flow has no such version."""
    mine = (flow_version.c.flow_id == flow_id) & (flow_version.c.version == version)
    row = tx.first(sa.select(flow_version).where(mine))
    if row is None:
        raise NotFound("flow-version-unknown", "This flow has no such version.")
    return row


def publications_of(tx: Tx, flow_id: str, limit: int = 50) -> Sequence[Row[Any]]:
    """What was published when, by whom and why; newest first."""
    mine = sa.select(flow_publication).where(flow_publication.c.flow_id == flow_id)
    return tx.all(mine.order_by(flow_publication.c.at.desc(), flow_publication.c.id.desc()).limit(limit))


def sessions_running(tx: Tx, principal: Principal, flow_id: str) -> dict[str, int]:
    """Conversations under way by version: those of the principal's places."""
    query = (
        sa.select(flow_session.c.version, sa.func.count().label("sessions"))
        .join(flow_version, flow_version.c.version == flow_session.c.version)
        .where(flow_session.c.status == "running", flow_version.c.flow_id == flow_id)
    )
    if not principal.sees_everything:
        query = placed(query).where(scope_condition(principal, PLACE.region, PLACE.platform))
    return {row.version: row.sessions for row in tx.all(query.group_by(flow_session.c.version))}


def campaign_choices(tx: Tx, principal: Principal, versions: Sequence[str]) -> list[tuple[str, str]]:
    """(id, title) of the principal's campaigns that are pinned to one of these versions."""
    rows = tx.all(campaigns_in_scope(principal).where(campaign.c.flow_version.in_(versions)))
    return [(row.id, row.title) for row in rows]
