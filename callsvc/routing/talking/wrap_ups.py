"""How long a wrap-up may last: its campaign's limit, else its theme's, else the setting's."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.calls.tables import call
from callsvc.campaigns.tables import campaign_contact
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.routing.tables import wrap_up_limit

KINDS: Final = ("skill", "campaign")
LEAST_S: Final = 5
MOST_S: Final = 3600


def wrap_up_s(tx: Tx, entry: Row[Any]) -> float:
    """Lived seconds of wrap-up after this entry's conversation."""
    of_call = (
        sa.select(campaign_contact.c.campaign_id)
        .join(call, call.c.campaign_contact_id == campaign_contact.c.id)
        .where(call.c.id == entry.call_id)
        .scalar_subquery()
    )
    of_skill = (wrap_up_limit.c.kind == "skill") & (wrap_up_limit.c.name == entry.skill)
    of_campaign = (wrap_up_limit.c.kind == "campaign") & (wrap_up_limit.c.name == of_call)
    rows = {
        row.kind: row.seconds
        for row in tx.all(
            sa.select(wrap_up_limit.c.kind, wrap_up_limit.c.seconds).where(of_skill | of_campaign)
        )
    }
    return float(rows.get("campaign", rows.get("skill", tx.settings.callsvc_wrap_up_s)))


def put_wrap_up_limit(tx: Tx, kind: str, name: str, seconds: int, *, by: str) -> None:
    """Declare or change how long a wrap-up lasts after a theme (``skill``) or in a ``campaign``.

    For the next conversation that ends. Raises ``limit-invalid``.
    """
    if kind not in KINDS or not name or not LEAST_S <= seconds <= MOST_S:
        raise Invalid("limit-invalid", f"Name a theme or a campaign, and {LEAST_S} to {MOST_S} seconds.")
    key = (wrap_up_limit.c.kind == kind) & (wrap_up_limit.c.name == name)
    values = {"seconds": seconds, "changed_at": tx.now, "changed_by": by}
    if not tx.insert_once(wrap_up_limit, kind=kind, name=name, **values):
        tx.update(wrap_up_limit, key, **values)


def drop_wrap_up_limit(tx: Tx, kind: str, name: str) -> None:
    tx.delete(wrap_up_limit, (wrap_up_limit.c.kind == kind) & (wrap_up_limit.c.name == name))


def wrap_up_limits(tx: Tx) -> Sequence[Row[Any]]:
    return tx.all(sa.select(wrap_up_limit).order_by(wrap_up_limit.c.kind, wrap_up_limit.c.name))
