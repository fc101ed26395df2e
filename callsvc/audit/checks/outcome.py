"""No contact without an outcome."""

import sqlalchemy as sa

from callsvc.audit.result import CheckResult
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx


def check_outcome(tx: Tx, *, final: bool) -> CheckResult:
    """Everybody in a campaign that is over is ``done`` with an outcome.

    ``final``: the day itself is over, so that campaigns still running must be done as well.
    """
    result = CheckResult("outcome", "Everybody in a campaign that is over has an outcome")
    over = ("stopped", "completed", "running", "paused") if final else ("stopped", "completed")
    rows = tx.execute(
        sa.select(campaign_contact.c.id, campaign_contact.c.status, campaign_contact.c.outcome)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(campaign.c.state.in_(over))
    )
    for row in rows:
        result.examined += 1
        if row.status != "done":
            result.accuse(row.id, f"still {row.status}")
        elif not row.outcome:
            result.accuse(row.id, "done, but without an outcome")
    return result
