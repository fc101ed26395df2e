"""Drafts: what somebody is writing, kept with each pause, published later or thrown away.

A draft has a revision. Whoever saves says which one they began with; if somebody else saved since, nothing
is overwritten: ``draft-changed`` says whose change came first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_access
from callsvc.accounts.scope import Principal
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound
from callsvc.flows.examining import bounded, examine_as, unseen
from callsvc.flows.service import newest_source, publish
from callsvc.flows.tables import flow_draft, flow_version
from callsvc.runtime import Runtime
from ivr_flows.library import flow_text, names

NAME = re.compile(r"[a-z][a-z0-9-]{0,58}")


def draft_of(tx: Tx, flow_id: str) -> Row[tuple[str, str, int]] | None:
    """The draft as it is kept; None when nobody is changing this flow."""
    return tx.first(sa.select(flow_draft).where(flow_draft.c.flow_id == flow_id))


def text_to_edit(tx: Tx, flow_id: str) -> tuple[str, int]:
    """The draft and its revision; else the newest version and 0. ``flow-unknown`` if there is neither."""
    draft = draft_of(tx, flow_id)
    if draft is not None:
        return draft.source, draft.revision
    return newest_source(tx, flow_id), 0


def start_draft(rt: Runtime, principal: Principal, flow_id: str, template: str) -> None:
    """A new flow from one of the library. Refuses a name that is taken (``flow-name-taken``)."""
    if not NAME.fullmatch(flow_id) or flow_id == "new":  # the address of the form itself
        raise Invalid("flow-name-invalid", "A flow's name has small letters, digits and hyphens.")
    if template not in names():
        raise Invalid("template-unknown", f"The library has {', '.join(names())}.")
    source = re.sub(r"(?m)^id:.*$", f"id: {flow_id}", flow_text(template), count=1)
    with rt.db.begin() as tx:
        taken = tx.first(sa.select(flow_version.c.version).where(flow_version.c.flow_id == flow_id).limit(1))
        if taken is not None or not _insert(tx, principal, flow_id, source):
            raise Conflict("flow-name-taken", f"A flow called {flow_id} exists already.")


def keep_draft(rt: Runtime, principal: Principal, flow_id: str, source: str, revision: int) -> int:
    """Save what was written on top of ``revision``; returns the new one. Raises ``draft-changed``."""
    source = bounded(source)
    with rt.db.begin() as tx:
        if revision == 0:
            newest_source(tx, flow_id)  # nobody begins a draft of a flow that does not exist
            if _insert(tx, principal, flow_id, source):
                return 1
        mine = (flow_draft.c.flow_id == flow_id) & (flow_draft.c.revision == revision)
        fresh = {"source": source, "changed_at": tx.machine_now, "changed_by": principal.account_id}
        if tx.update(flow_draft, mine, revision=revision + 1, **fresh):
            return revision + 1
        _refuse(tx, flow_id, source)
        return revision


def _insert(tx: Tx, principal: Principal, flow_id: str, source: str) -> bool:
    return tx.insert_once(
        flow_draft,
        flow_id=flow_id,
        source=source,
        revision=1,
        changed_at=tx.machine_now,
        changed_by=principal.account_id,
    )


def _refuse(tx: Tx, flow_id: str, source: str) -> None:
    now = draft_of(tx, flow_id)
    if now is None:
        raise Conflict(
            "draft-gone", "This draft was published or thrown away meanwhile. Copy your text, reload."
        )
    raise Conflict(
        "draft-changed",
        "Somebody else changed this draft meanwhile. Copy your text, reload, and put the two together.",
        by=now.changed_by,
        at=now.changed_at.isoformat(),
        revision=now.revision,
        same=now.source == source,
    )


def discard_draft(rt: Runtime, principal: Principal, flow_id: str) -> None:
    """Throw the draft away; what is published stays."""
    with rt.db.begin() as tx:
        if not tx.delete(flow_draft, flow_draft.c.flow_id == flow_id):
            raise NotFound("draft-unknown", "This flow has no draft.")
        record_access(tx, principal, "flow-draft-discarded", flow_id, {})


def publish_draft(
    rt: Runtime,
    principal: Principal,
    flow_id: str,
    *,
    revision: int,
    why: str,
    ticked: list[str],
    senders: Iterable[str] = (),
) -> str:
    """Make the draft the newest version; returns it.

    Refuses errors (``flow-invalid``), warnings nobody ticked (``warnings-unseen``), a text that names
    another flow (``flow-name-differs``), and a draft that changed since it was read (``draft-changed``).
    """
    with rt.db.begin() as tx:
        draft = tx.first(sa.select(flow_draft).where(flow_draft.c.flow_id == flow_id).with_for_update())
        if draft is None:
            raise NotFound("draft-unknown", "This flow has no draft.")
        if draft.revision != revision:
            _refuse(tx, flow_id, "")
        version = _publish(tx, principal, flow_id, draft.source, _Wish(why, ticked, senders))
        tx.delete(flow_draft, flow_draft.c.flow_id == flow_id)
    return version


def publish_again(
    rt: Runtime,
    principal: Principal,
    flow_id: str,
    version: str,
    *,
    why: str,
    ticked: list[str],
    senders: Iterable[str] = (),
) -> None:
    """Go back to a version: from now on it is the newest. A draft is left as it is."""
    with rt.db.begin() as tx:
        mine = (flow_version.c.version == version) & (flow_version.c.flow_id == flow_id)
        source = tx.scalar(sa.select(flow_version.c.source).where(mine))
        if source is None:
            raise NotFound("flow-version-unknown", "No published flow has this version.")
        _publish(tx, principal, flow_id, source, _Wish(why, ticked, senders))


@dataclass(frozen=True)
class _Wish:
    """Why it is published, the warnings that were seen, and who sends its SMS."""

    why: str
    ticked: list[str]
    senders: Iterable[str]


def _publish(tx: Tx, principal: Principal, flow_id: str, source: str, wish: _Wish) -> str:
    if not wish.why.strip():
        raise Invalid("why-missing", "Say in a sentence why this is published.")
    examined = examine_as(tx, flow_id, source, wish.senders)
    called = examined.definition.id if examined.definition is not None else flow_id
    if called != flow_id:
        raise Invalid("flow-name-differs", f"The text calls itself {called}: write id: {flow_id}.")
    if examined.definition is not None and not examined.errors and (left := unseen(examined, wish.ticked)):
        said = "; ".join(f"line {finding.line}: {finding.message}" for finding in left)
        raise Invalid("warnings-unseen", f"Tick each warning, or correct it: {said}")
    version = publish(tx, source, principal.account_id, wish.why.strip()[:500], wish.senders)
    record_access(tx, principal, "flow-published", flow_id, {"version": version})
    return version
