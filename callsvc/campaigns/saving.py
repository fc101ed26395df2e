"""The file is the state: whatever changes a campaign's file goes through here, and is kept."""

from typing import Any

import sqlalchemy as sa

from callsvc.campaigns.approving import UNSEEN, hold_unapproved, withdraw_approval
from callsvc.campaigns.callers import require_callers
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.definitions.schedule import instant_of
from callsvc.campaigns.halting import HELD_BY_STOP
from callsvc.campaigns.history import note_change
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.campaigns.writing import refuse_unfit_texts
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, NotFound
from callsvc.flows.tables import flow_version
from callsvc.flows.texting import refuse_unfit_for_sms


def save(
    tx: Tx, file: CampaignFile, by: str, what: str, *, seen: Any = None, source: dict[str, str] | None = None
) -> bool:
    """Make the campaign what the file says; True if something changed. ``what`` is one of ``history.EDITS``.

    ``seen`` is the config that whoever changes it had before them (``{}``: there was none yet); when it has
    changed meanwhile, ``campaign-changed``. ``source`` says where a new campaign's file comes from. An edit
    of whom, when or what is called withdraws its approval, and holds it when it ran on that.
    """
    refuse_unfit_texts(file)
    version = _flow_version(tx, file)
    require_callers(tx, file, version)
    config = file.model_dump(by_alias=True)
    known = tx.first(sa.select(campaign).where(campaign.c.id == file.id).with_for_update(key_share=True))
    if seen is not None and seen != (known.config if known is not None else {}):
        raise Conflict("campaign-changed", "Somebody changed this campaign meanwhile: look at it again.")
    values = {
        "title": file.title,
        "purpose": file.purpose,
        "flow_version": version,
        "config": config,
        "starts_at": instant_of(file.schedule.starts_at, tx.settings.zone),
        "ends_at": instant_of(file.schedule.ends_at, tx.settings.zone),
    }
    if known is None:
        tx.insert(campaign, id=file.id, state="draft", created_at=tx.now, changed_at=tx.now, **values)
        note_change(tx, file.id, by, what, before=source or {}, after=config)
        return True
    before = {name: getattr(known, name) for name in values} | {"config": _completed(known.config)}
    if before == values:
        return False
    _refuse_late(known, file)
    held = known.schedule_note == HELD_BY_STOP and known.starts_at == values["starts_at"]
    note = HELD_BY_STOP if held else ""
    tx.update(campaign, campaign.c.id == file.id, changed_at=tx.now, schedule_note=note, **values)
    note_change(tx, file.id, by, what, before=known.config, after=config)
    _announce_or_not(tx, file, before["config"])
    if _changes_whom_when_or_what(before, values):
        withdraw_approval(tx, file.id, by)
        hold_unapproved(tx, file.id, by)
    return True


def _announce_or_not(tx: Tx, file: CampaignFile, before: dict[str, Any]) -> None:
    """Whoever waits for a first call is announced it from now on, or called without."""
    announced = file.announce is not None
    if announced == bool(before.get("announce")):
        return
    place = campaign_contact.c
    first = (place.campaign_id == file.id) & (place.status == "waiting") & (place.tries == 0)
    tx.update(campaign_contact, first, unannounced=announced)


def _refuse_late(known: Any, file: CampaignFile) -> None:
    if known.state in ("stopped", "completed"):
        raise Conflict("campaign-over", f"Campaign {file.id!r} is {known.state}; give the file a new id.")
    if known.state != "draft" and known.purpose != file.purpose:
        raise Conflict(
            "campaign-purpose-fixed",
            "People have opted out of the purpose as it was; give the file a new id for another purpose.",
        )


def _completed(config: dict[str, Any]) -> dict[str, Any]:
    """The stored file with the defaults of settings it did not know yet, so that they are no change."""
    return CampaignFile.model_validate(config).model_dump(by_alias=True)


def _changes_whom_when_or_what(before: dict[str, Any], after: dict[str, Any]) -> bool:
    if before["flow_version"] != after["flow_version"]:
        return True
    was, now = before["config"], after["config"]
    return any(was[name] != now[name] for name in now if name not in UNSEEN)


def _flow_version(tx: Tx, file: CampaignFile) -> str:
    query = sa.select(flow_version.c.version).where(flow_version.c.flow_id == file.flow)
    if file.flow_version:
        query = query.where(flow_version.c.version == file.flow_version)
    version = tx.scalar(query.order_by(flow_version.c.published_at.desc()).limit(1))
    if version is None:
        raise NotFound("flow-unknown", f"No published flow is called {file.flow!r}; publish it first.")
    if file.channel == "sms":
        refuse_unfit_for_sms(tx, str(version))
    return str(version)
