"""Calls placed to hear a flow: in campaigns of their own, which no figure and no list counts."""

import sqlalchemy as sa

from callsvc.campaigns.tables import campaign

MARK = "~"  # a campaign's file cannot give such a name, so nobody makes one by accident


def is_trial(campaign_id: str | None) -> bool:
    """Whether this campaign exists only to try a flow."""
    return bool(campaign_id) and str(campaign_id).startswith(MARK)


def not_a_trial() -> sa.ColumnElement[bool]:
    """The condition that leaves them out of a list of campaigns."""
    return campaign.c.id.not_like(f"{MARK}%")
