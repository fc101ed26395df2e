"""Changing some settings of a campaign, also while it runs, and taking the last change back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Row

from callsvc.campaigns.definition import checked_file
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.history import Difference, differences, last_edit
from callsvc.campaigns.saving import save
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.flows.service import newest_version


def edit(tx: Tx, campaign_id: str, changes: Mapping[str, Any], by: str) -> bool:
    """Replace these settings of the file, keep the others; True if something changed.

    ``changes`` are keys of the file with their whole new value. What the definition refuses is
    ``campaign-file-invalid``; the flow's version stays unless ``flow`` or ``flow_version`` is among them.
    """
    row = campaign_row(tx, campaign_id, lock=True)
    pinned = {} if {"flow", "flow_version"} & changes.keys() else _pinned(tx, row)
    wanted = checked_file({**row.config, **pinned, **changes, "id": campaign_id})
    return save(tx, wanted, by, "edited")


def _pinned(tx: Tx, row: Row[Any]) -> dict[str, str]:
    """The version people hear, where the file takes the newest and there is a newer one by now."""
    if row.config.get("flow_version") or newest_version(tx, row.config["flow"]) == row.flow_version:
        return {}
    return {"flow_version": row.flow_version}


def undo_last_edit(tx: Tx, campaign_id: str, by: str) -> list[Difference]:
    """Make the file what it was before the last edit; returns what that changed. An undo can be undone.

    ``nothing-to-undo``  the file has never been another one
    """
    campaign_row(tx, campaign_id, lock=True)
    edited = last_edit(tx, campaign_id)
    if edited is None or "id" not in edited.before:
        raise Conflict("nothing-to-undo", "This campaign's file has not been changed since it was made.")
    save(tx, checked_file(edited.before), by, "undone")
    return differences(edited.after, edited.before)
