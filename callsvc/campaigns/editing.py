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
    kept = {} if {"flow", "flow_version"} & changes.keys() else pinned(tx, row)
    wanted = checked_file({**row.config, **kept, **changes, "id": campaign_id})
    return save(tx, wanted, by, "edited")


def pinned(tx: Tx, row: Row[Any]) -> dict[str, str]:
    """The version people hear, where the file takes the newest and there is a newer one by now."""
    return {} if row.config.get("flow_version") else _heard(tx, row)


def _heard(tx: Tx, row: Row[Any]) -> dict[str, str]:
    same = newest_version(tx, row.config["flow"]) == row.flow_version
    return {} if same else {"flow_version": row.flow_version}


def undo_last_edit(tx: Tx, campaign_id: str, by: str) -> list[Difference]:
    """Make the file what it was before the last edit; returns what that changed. An undo can be undone.

    The flow's version is taken back with an edit of the flow alone; it stays with any other one, as ``edit``
    leaves it.

    ``nothing-to-undo``  the file has never been another one
    """
    row = campaign_row(tx, campaign_id, lock=True)
    edited = last_edit(tx, campaign_id)
    if edited is None or "id" not in edited.before:
        raise Conflict("nothing-to-undo", "This campaign's file has not been changed since it was made.")
    restored = {**edited.before, **_kept_version(tx, row, edited)}
    save(tx, checked_file(restored), by, "undone")
    return differences(edited.after, restored)


def _kept_version(tx: Tx, row: Row[Any], edited: Row[Any]) -> dict[str, str]:
    """A file that named no version would now take one that was published since, and nobody undid that."""
    before, after = edited.before, edited.after
    others = any(before.get(name) != after[name] for name in after if name not in ("flow", "flow_version"))
    if not others or before.get("flow_version") or before["flow"] != row.config["flow"]:
        return {}
    return _heard(tx, row)
