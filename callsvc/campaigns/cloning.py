"""The same file under a new name: a draft without people, approval or schedule."""

from callsvc.campaigns.definition import checked_file
from callsvc.campaigns.definitions.schedule import Schedule
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.saving import save
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict


def clone(tx: Tx, campaign_id: str, new_id: str, by: str, *, title: str = "") -> None:
    """Make campaign ``new_id`` from the file of another one.

    Raises ``campaign-id-taken``, ``campaign-unknown`` and, for a name that none can have,
    ``campaign-file-invalid``.
    """
    row = campaign_row(tx, campaign_id)
    changes = {"id": new_id, "title": title or row.title, "schedule": Schedule().model_dump()}
    file = checked_file({**row.config, **changes})
    try:
        save(tx, file, by, "cloned", seen={}, source={"from": campaign_id})
    except Conflict as refusal:
        if refusal.id == "campaign-changed":
            raise Conflict("campaign-id-taken", f"There is a campaign {new_id!r} already.") from None
        raise
