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
from callsvc.campaigns.editing import edit
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.queries import Progress, campaign_seen, require_may_apply
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict
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
    def whole(self) -> dict[str, Any]:
        """The file with the defaults of what it leaves out, for forms to begin with."""
        return self.file.model_dump(by_alias=True)

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

    ``changes`` are keys of the file with their whole new value, ``mark`` is the form's. Raises
    ``campaign-changed`` and all that ``edit`` raises.
    """
    with current_rt().db.begin() as tx:
        require_unchanged(tx, found.id, mark)
        return edit(tx, found.id, changes, current_principal().account_id)


def require_unchanged(tx: Tx, campaign_id: str, mark: str) -> None:
    """``campaign-changed`` unless the settings are those that were seen; holds the campaign's row."""
    require_may_apply(tx, current_principal(), campaign_id)
    if mark_of(campaign_row(tx, campaign_id, lock=True).config) != mark:
        raise Conflict("campaign-changed", "Somebody changed this campaign meanwhile: look at it again.")
