"""Whom the work on a desk is about, as its page shows it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.access import record_read
from callsvc.accounts.guard import current_principal
from callsvc.accounts.tables import access_log
from callsvc.core.db import Tx
from callsvc.desk.choosing import choosing_context
from callsvc.routing.desks.work_shown import details_of
from callsvc.routing.other_work import writing


def work_context(tx: Tx, entry: Row[Any]) -> dict[str, Any]:
    """Whom the work is about, for the page; noted once as read, for the page is fetched again and again."""
    principal = current_principal()
    seen = sa.select(access_log.c.id).where(
        access_log.c.account_id == principal.account_id,
        access_log.c.action == "caller-read",
        access_log.c.subject == entry.id,
    )
    if tx.first(seen.limit(1)) is None:
        record_read(tx, principal, "caller", entry.id)
    shown = {"work": details_of(tx, entry), "closings": writing.CLOSINGS}
    return shown | choosing_context(tx, entry) if entry.kind == "sms" else shown
