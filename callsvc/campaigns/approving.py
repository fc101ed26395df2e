"""A second person's yes, where a campaign calls more people than one person may call alone.

The size is a setting, or what an administrator has set for this installation since. A yes is about the people
and the file as they were: another so many people, or an edit of whom, when or what is called, asks for a new
one. Whoever asked, or made the last edit, cannot be the second person. Only accounts ask and answer: a shell
is nobody, and whoever types in one could say yes to themselves.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.history import last_edit, note_change
from callsvc.campaigns.tables import approval_size, campaign, campaign_approval, campaign_contact
from callsvc.campaigns.trials import is_trial
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid

# What may change without another look: it changes neither whom, nor when, nor what is called.
UNSEEN = frozenset({"title", "pacing", "flow_version"})  # of the flow, the version itself is compared
NOBODY = "command line"  # who changed something there proved no name
_OVER = ("stopped", "completed")


def size_that_needs_approval(tx: Tx) -> int:
    """People one person may call alone; 0: as many as they like."""
    newest = sa.select(approval_size.c.people).order_by(
        approval_size.c.set_at.desc(), approval_size.c.id.desc()
    )
    chosen = tx.scalar(newest.limit(1))
    return tx.settings.callsvc_approval_size if chosen is None else int(chosen)


def set_approval_size(tx: Tx, people: int, by: str) -> None:
    """From now on, for this installation; every value stays with who set it."""
    if people < 0:
        raise Invalid("approval-size-invalid", "Give a number of people, or 0 for no second person.")
    tx.insert(approval_size, id=tx.new_id("aps"), people=people, set_by=by, set_at=tx.now)


def approval_of(tx: Tx, campaign_id: str) -> Row[Any] | None:
    """The newest question or answer about this campaign; None when nobody ever asked."""
    return tx.first(
        sa.select(campaign_approval)
        .where(campaign_approval.c.campaign_id == campaign_id)
        .order_by(campaign_approval.c.asked_at.desc(), campaign_approval.c.id.desc())
        .limit(1)
    )


def needs_approval(tx: Tx, row: Row[Any]) -> bool:
    """Must a second person say yes before this campaign calls? ``row`` is its row.

    A yes covers the people there were, and as many more as one person may call alone. In a standing campaign,
    into which people come all day, it covers whoever comes. A new question takes no yes back.
    """
    size = size_that_needs_approval(tx)
    if not size or is_trial(row.id):
        return False
    mine = (campaign_approval.c.campaign_id == row.id) & (campaign_approval.c.state == "approved")
    covered = tx.scalar(sa.select(sa.func.max(campaign_approval.c.people)).where(mine))
    if covered is not None and row.config.get("standing"):
        return False
    beyond = sa.select(campaign_contact.c.id).where(campaign_contact.c.campaign_id == row.id)
    return tx.first(beyond.offset((covered or 0) + size).limit(1)) is not None


def require_approved(tx: Tx, row: Row[Any]) -> None:
    """``campaign-needs-approval`` unless it may call without a (further) second person."""
    if needs_approval(tx, row):
        raise Conflict(
            "campaign-needs-approval",
            f"Campaign {row.id!r} calls more than {size_that_needs_approval(tx)} people whom nobody but its "
            "author has looked at: ask for approval, and have somebody else approve it.",
        )


def ask_approval(tx: Tx, campaign_id: str, by: str) -> None:
    """Ask for a second person; asked already, it stays so.

    ``campaign-over``       there is nothing to start
    ``approval-anonymous``  whoever asks has proved no name
    """
    _require_a_name(by)
    row = campaign_row(tx, campaign_id, lock=True)
    if row.state in _OVER:
        raise Conflict("campaign-over", f"Campaign {campaign_id!r} is {row.state}.")
    approval = approval_of(tx, campaign_id)
    if approval is not None and approval.state == "asked":
        return
    tx.insert(
        campaign_approval,
        id=tx.new_id("apr"),
        campaign_id=campaign_id,
        state="asked",
        asked_by=by,
        asked_at=tx.now,
        people=_people(tx, campaign_id),
    )
    note_change(tx, campaign_id, by, "approval-asked", before={}, after={})


def who_cannot_approve(tx: Tx, campaign_id: str) -> frozenset[str]:
    """Whoever asked and whoever made the last edit."""
    approval, edit = approval_of(tx, campaign_id), last_edit(tx, campaign_id)
    people = (approval.asked_by if approval is not None else "", edit.by if edit is not None else "")
    return frozenset(person for person in people if person)


def approve(tx: Tx, campaign_id: str, by: str) -> None:
    """Say yes to the campaign as it is now.

    ``approval-not-asked``  nobody asked, or it was edited or answered since
    ``approval-own``        whoever asked or made the last edit is not a second person
    ``approval-anonymous``  whoever asked or answers has proved no name
    """
    approval = _asked(tx, campaign_id)
    _require_a_name(approval.asked_by, by)
    if by in who_cannot_approve(tx, campaign_id):
        raise Forbidden(
            "approval-own", "Whoever asked, or edited last, cannot approve: it takes a second person."
        )
    people = _people(tx, campaign_id)
    _decide(tx, approval, "approved", by, people=people)
    note_change(tx, campaign_id, by, "approved", before={}, after={"people": people})


def refuse_approval(tx: Tx, campaign_id: str, by: str, why: str) -> None:
    """Say no, and why; whoever asked may take the question back this way."""
    if not why.strip():
        raise Invalid("approval-why-missing", "Say why, so that it can be mended.")
    _decide(tx, _asked(tx, campaign_id), "refused", by, why=why.strip()[:500])
    note_change(tx, campaign_id, by, "approval-refused", before={}, after={"why": why.strip()[:500]})


def withdraw_approval(tx: Tx, campaign_id: str, by: str) -> None:
    """The campaign is no longer what was looked at: each yes, and the question, is about something else."""
    mine = (campaign_approval.c.campaign_id == campaign_id) & campaign_approval.c.state.in_(
        ("asked", "approved")
    )
    if tx.update(campaign_approval, mine, state="withdrawn", decided_by=by, decided_at=tx.now):
        note_change(tx, campaign_id, by, "approval-withdrawn", before={}, after={})


def hold_unapproved(tx: Tx, campaign_id: str, by: str) -> bool:
    """Pause a running campaign that has outgrown its approval, or lost it; True if it was paused.

    Its row is held to the commit: of two lists that join at once, or a list and a start, neither would see
    the other's people.
    """
    if not size_that_needs_approval(tx):
        return False
    row = campaign_row(tx, campaign_id, lock=True)
    if row.state != "running" or not needs_approval(tx, row):
        return False
    running = (campaign.c.id == campaign_id) & (campaign.c.state == "running")
    if not tx.update(campaign, running, state="paused", changed_at=tx.now):
        return False
    states = {"before": {"state": "running"}, "after": {"state": "paused"}}
    note_change(tx, campaign_id, by, "held-for-approval", **states)
    return True


def _asked(tx: Tx, campaign_id: str) -> Row[Any]:
    campaign_row(tx, campaign_id, lock=True)
    approval = approval_of(tx, campaign_id)
    if approval is None or approval.state != "asked":
        raise Conflict("approval-not-asked", "Nobody asks for this campaign's approval, as it is now.")
    return approval


def _require_a_name(*people: str) -> None:
    if NOBODY in people:
        raise Forbidden(
            "approval-anonymous",
            "Say who you are, so that there are two people: `campaign ask ID --as EMAIL`.",
        )


def _decide(tx: Tx, approval: Row[Any], state: str, by: str, **values: Any) -> None:
    mine = campaign_approval.c.id == approval.id
    tx.update(campaign_approval, mine, state=state, decided_by=by, decided_at=tx.now, **values)


def _people(tx: Tx, campaign_id: str) -> int:
    places = sa.select(sa.func.count()).where(campaign_contact.c.campaign_id == campaign_id)
    return int(tx.scalar(places))
