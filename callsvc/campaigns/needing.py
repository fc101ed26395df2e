"""Whether a campaign needs a second person: the size an administrator has set, and what a yes covers."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.spending import day_of
from callsvc.campaigns.tables import (
    IN_TURN,
    UNTOLD,
    approval_size,
    campaign_approval,
    campaign_contact,
    campaign_intake,
)
from callsvc.campaigns.trials import is_trial
from callsvc.core.db import Tx
from callsvc.core.errors import Invalid
from callsvc.platforms.tables import region


@dataclass(frozen=True)
class Terms:
    """``size``: people one person may call alone; 0: as many as they like. ``margin``: percent of a yes."""

    size: int
    margin: int

    def beyond(self, seen: int) -> int:
        """How many more than the ``seen`` ones a yes still covers.

        >>> Terms(1000, 10).beyond(5000), Terms(1000, 10).beyond(50_000)
        (500, 1000)
        """
        return min(self.size, seen * self.margin // 100)


def approval_terms(tx: Tx) -> Terms:
    """What an administrator has set last, else the settings."""
    newest = sa.select(approval_size).order_by(approval_size.c.set_at.desc(), approval_size.c.id.desc())
    chosen = tx.first(newest.limit(1))
    if chosen is None:
        return Terms(tx.settings.callsvc_approval_size, tx.settings.callsvc_approval_margin)
    return Terms(chosen.people, chosen.margin)


def set_approval_size(tx: Tx, people: int, by: str, *, margin: int | None = None) -> None:
    """From now on, for this installation; every value stays with who set it. Without ``margin`` it stays."""
    if people < 0 or not 0 <= (margin or 0) <= 100:
        raise Invalid(
            "approval-size-invalid", "Give a number of people, or 0 for no second person, and 0 to 100 %."
        )
    kept = approval_terms(tx).margin if margin is None else margin
    tx.insert(approval_size, id=tx.new_id("aps"), people=people, margin=kept, set_by=by, set_at=tx.now)


def needs_approval(tx: Tx, row: Row[Any]) -> bool:
    """Must a second person say yes before this campaign calls? ``row`` is its row.

    A yes covers the campaign as its giver saw it: its regions, its people and a few more (``Terms.beyond``).
    In a standing campaign, into which people come all day, it covers as many more on one day as there were,
    or as one person may call alone. A new question takes no yes back.
    """
    terms = approval_terms(tx)
    if not terms.size or is_trial(row.id) or not _more_than(tx, row.id, terms.size):
        return False
    yes = _yes(tx, row.id)
    if yes is None:
        return True
    if row.config.get("standing"):
        return _came_today(tx, row.id, yes) > max(terms.size, int(yes.people))
    return _more_than(tx, row.id, yes.people + terms.beyond(yes.people)) or _elsewhere(tx, row.id, yes)


def _yes(tx: Tx, campaign_id: str) -> Row[Any] | None:
    """The yes that covers most."""
    mine = (campaign_approval.c.campaign_id == campaign_id) & (campaign_approval.c.state == "approved")
    return tx.first(
        sa.select(campaign_approval)
        .where(mine)
        .order_by(campaign_approval.c.people.desc(), campaign_approval.c.decided_at.desc())
        .limit(1)
    )


def _more_than(tx: Tx, campaign_id: str, people: int) -> bool:
    places = sa.select(campaign_contact.c.id).where(campaign_contact.c.campaign_id == campaign_id)
    return tx.first(places.offset(people).limit(1)) is not None


def _came_today(tx: Tx, campaign_id: str, yes: Row[Any]) -> int:
    """Who joined today, and after the yes if it is of today."""
    today = day_of(tx.now, tx.settings.zone)
    if yes.decided_at and day_of(yes.decided_at, tx.settings.zone) == today:
        return people_in(tx, campaign_id) - int(yes.people)
    joined = sa.select(campaign_intake.c.people).where(
        campaign_intake.c.campaign_id == campaign_id, campaign_intake.c.day == today
    )
    return int(tx.scalar(joined) or 0)


def _elsewhere(tx: Tx, campaign_id: str, yes: Row[Any]) -> bool:
    """Does somebody wait in a region in which nobody was when it was looked at?"""
    mine = (campaign_contact.c.campaign_id == campaign_id) & (IN_TURN | UNTOLD)
    waits = sa.exists().where(mine, campaign_contact.c.region_code == region.c.code)
    return tx.first(sa.select(region.c.code).where(waits, region.c.code.not_in(yes.regions))) is not None


def note_intake(tx: Tx, campaign_id: str, people: int) -> None:
    """So many joined now."""
    day = day_of(tx.now, tx.settings.zone)
    tx.insert_once(campaign_intake, campaign_id=campaign_id, day=day, people=0)
    today = (campaign_intake.c.campaign_id == campaign_id) & (campaign_intake.c.day == day)
    tx.update(campaign_intake, today, people=campaign_intake.c.people + people)


def people_in(tx: Tx, campaign_id: str) -> int:
    places = sa.select(sa.func.count()).where(campaign_contact.c.campaign_id == campaign_id)
    return int(tx.scalar(places))


def regions_in(tx: Tx, campaign_id: str) -> list[str]:
    mine = campaign_contact.c.campaign_id == campaign_id
    found = tx.all(sa.select(campaign_contact.c.region_code).where(mine).distinct())
    return sorted(row.region_code for row in found)
