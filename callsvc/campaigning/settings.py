"""The settings of a campaign as pages read and change them.

A form shows the settings with a mark of what they were. When somebody else has changed them before the form
comes back, the change is refused: nobody overwrites what they have not seen.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from callsvc.accounts.guard import current_principal
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.queries import Progress, campaign_seen, require_may_apply
from callsvc.campaigns.service import apply_campaign
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
from callsvc.flows.service import newest_version
from callsvc.web import current_rt

OVER = ("stopped", "completed")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A campaign in front of somebody; ``version`` is the version of its flow that it calls with."""

    progress: Progress
    version: str

    @property
    def file(self) -> CampaignFile:
        return CampaignFile.model_validate(self.progress.config)

    @property
    def id(self) -> str:
        return self.progress.id

    @property
    def mark(self) -> str:
        return mark_of(self.progress.config)

    @property
    def over(self) -> bool:
        return self.progress.state in OVER


def mark_of(config: Mapping[str, Any]) -> str:
    """Twelve characters that differ when the settings do."""
    return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:12]


def opened(tx: Tx, campaign_id: str, *, to_change: bool = True) -> Opened:
    """A campaign that is the signed-in person's to see, and with ``to_change`` to change.

    Raises ``campaign-unknown``, ``campaign-beyond-regions``.
    """
    progress = campaign_seen(tx, current_principal(), campaign_id)
    if to_change:
        require_may_apply(tx, current_principal(), campaign_id)
    return Opened(progress=progress, version=campaign_row(tx, campaign_id).flow_version)


def keep(found: Opened, changes: Mapping[str, Any], mark: str) -> bool:
    """Store these settings beside those that stay; True if anything changed.

    ``changes`` are keys of the file and their new values. The version of the flow stays what it was unless
    ``flow`` or ``flow_version`` is among the changes: a new version is never taken on the way. Raises
    ``campaign-changed`` and all that ``apply_campaign`` raises, and ``ValidationError`` for what the
    definition refuses.
    """
    if mark != found.mark:
        raise Conflict("campaign-changed", "Somebody changed this campaign meanwhile: look at it again.")
    wanted = {**found.progress.config, **changes}
    file = CampaignFile.model_validate(wanted if "flow" in changes else pinned(found, wanted))
    return apply_campaign(current_rt(), file, current_principal().account_id, seen=found.progress.config)


def pinned(found: Opened, config: Mapping[str, Any]) -> dict[str, Any]:
    """These settings with the version of the flow that the campaign has, where a newer one is published."""
    same = config["flow"] == found.progress.config["flow"] and not config.get("flow_version")
    if not same:
        return dict(config)
    with current_rt().db.read() as tx:
        newest = newest_version(tx, str(config["flow"]))
    return dict(config) if newest == found.version else {**config, "flow_version": found.version}
