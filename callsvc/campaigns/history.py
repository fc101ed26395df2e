"""Who changed what in a campaign: one row a change, with the whole file before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.tables import campaign_change
from callsvc.core.db import Tx

# Changes of the file; all others are of the state (start, pause, ...) or about approval.
EDITS = ("applied", "edited", "undone", "scheduled", "cloned")
_MISSING = "-"  # a setting the file did not have


@dataclass(frozen=True)
class Difference:
    """One setting, by its place in the file, such as ``windows.0.to``."""

    field: str
    before: Any
    after: Any


def note_change(tx: Tx, campaign_id: str, by: str, what: str, *, before: Any, after: Any) -> None:
    tx.insert(
        campaign_change,
        id=tx.new_id("chg"),
        campaign_id=campaign_id,
        at=tx.now,
        by=by,
        what=what,
        before=before,
        after=after,
    )
    tx.changed("campaign", subject=campaign_id)


def last_edit(tx: Tx, campaign_id: str) -> Row[Any] | None:
    """The newest change of the file."""
    return tx.first(
        sa.select(campaign_change)
        .where(campaign_change.c.campaign_id == campaign_id, campaign_change.c.what.in_(EDITS))
        .order_by(campaign_change.c.at.desc(), campaign_change.c.id.desc())
        .limit(1)
    )


def differences(before: Any, after: Any) -> list[Difference]:
    """Field by field, in the order of the file.

    >>> differences({"caps": {"per_number_24h": 3}}, {"caps": {"per_number_24h": 2}})
    [Difference(field='caps.per_number_24h', before=3, after=2)]
    """
    flat = _flat("", before), _flat("", after)
    fields = dict.fromkeys([*flat[0], *flat[1]])
    pairs = [(field, *(side.get(field, _MISSING) for side in flat)) for field in fields]
    return [Difference(field, was, now) for field, was, now in pairs if was != now]


def _flat(place: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        items = [(str(key), part) for key, part in value.items()]
    elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
        items = [(str(position), part) for position, part in enumerate(value)]
    else:
        return {place: value} if place else {}
    return {
        field: part
        for key, inner in items
        for field, part in _flat(f"{place}.{key}" if place else key, inner).items()
    }
