"""Who changed what in a campaign, from what to what, and back again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.accounts.tables import account
from callsvc.campaigns.tables import campaign_change
from callsvc.core.db import Tx
from callsvc.core.errors import NotFound


@dataclass(frozen=True)
class Difference:
    """``place`` is the setting as the file writes it: pacing.most_live; None: it is not there."""

    place: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The settings that differ, by their places.

    >>> differences({"pacing": {"most_live": 5}, "id": "a"}, {"pacing": {"most_live": 8}, "id": "a"})
    [Difference(place='pacing.most_live', before=5, after=8)]
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    places = [*old, *(place for place in new if place not in old)]
    return [
        Difference(place, old.get(place), new.get(place))
        for place in places
        if old.get(place) != new.get(place)
    ]


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", _said(value)


def _said(value: Any) -> Any:
    """Lists as a person reads them: the windows of a week in one line each."""
    if isinstance(value, list):
        return "; ".join(_said_window(one) if isinstance(one, Mapping) else str(one) for one in value)
    return value


def _said_window(one: Mapping[str, Any]) -> str:
    if {"days", "from", "to"} <= one.keys():
        return f"{' '.join(one['days'])} {one['from']}–{one['to']}"
    return ", ".join(f"{key} {value}" for key, value in one.items())


def changes_kept(tx: Tx, campaign_id: str, limit: int = 100) -> Sequence[Row[Any]]:
    """Every change with its two sides, newest first; ``name`` is None where no account did it."""
    return tx.all(
        sa.select(campaign_change, account.c.name)
        .outerjoin(account, account.c.id == campaign_change.c.by)
        .where(campaign_change.c.campaign_id == campaign_id)
        .order_by(campaign_change.c.at.desc(), campaign_change.c.id.desc())
        .limit(limit)
    )


def change_kept(tx: Tx, campaign_id: str, change_id: str) -> Row[Any]:
    """One change, or ``change-unknown``."""
    mine = (campaign_change.c.campaign_id == campaign_id) & (campaign_change.c.id == change_id)
    row = tx.first(sa.select(campaign_change).where(mine))
    if row is None:
        raise NotFound("change-unknown", "This campaign has no such change.")
    return row


def newest_change(tx: Tx, campaign_id: str, by: str) -> str | None:
    """The id of the last change of settings that this account made here."""
    change = campaign_change.c
    mine = (change.campaign_id == campaign_id) & (change.by == by) & (change.what == "applied")
    found = tx.scalar(sa.select(change.id).where(mine).order_by(change.at.desc(), change.id.desc()).limit(1))
    return None if found is None else str(found)
