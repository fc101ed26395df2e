"""A second person's yes, where a campaign calls more people than one person may call alone.

A yes is about the people and the file as its giver saw them: some more people, another region, or an edit
of whom, when or what is called, asks for a new one (``needing.py``). Whoever asked, or made the last edit,
cannot be the second person. Only accounts ask and answer: a shell is nobody, and whoever types in one could
say yes to themselves.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.campaigns.authors import kind_of
from callsvc.campaigns.facts import campaign_row
from callsvc.campaigns.history import last_edit, note_change
from callsvc.campaigns.needing import approval_terms, needs_approval, people_in, regions_in
from callsvc.campaigns.tables import campaign, campaign_approval
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Forbidden, Invalid

# What may change without another look: it changes neither whom, nor when, nor what is called.
UNSEEN = frozenset({"title", "pacing", "flow_version"})  # of the flow, the version itself is compared
_OVER = ("stopped", "completed")


def approval_of(tx: Tx, campaign_id: str) -> Row[Any] | None:
    """The newest question or answer about this campaign; None when nobody ever asked."""
    return tx.first(
        sa.select(campaign_approval)
        .where(campaign_approval.c.campaign_id == campaign_id)
        .order_by(campaign_approval.c.asked_at.desc(), campaign_approval.c.id.desc())
        .limit(1)
    )


def require_approved(tx: Tx, row: Row[Any]) -> None:
    """``campaign-needs-approval`` unless it may call without a (further) second person."""
    if needs_approval(tx, row):
        raise Conflict(
            "campaign-needs-approval",
            f"Campaign {row.id!r} calls more than {approval_terms(tx).size} people, and whom nobody but its "
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
        people=people_in(tx, campaign_id),
    )
    note_change(tx, campaign_id, by, "approval-asked", before={}, after={})


def who_cannot_approve(tx: Tx, campaign_id: str) -> frozenset[str]:
    """Whoever asked and whoever made the last edit."""
    approval, edit = approval_of(tx, campaign_id), last_edit(tx, campaign_id)
    people = (approval.asked_by if approval is not None else "", edit.by if edit is not None else "")
    return frozenset(person for person in people if person)


def approve(tx: Tx, campaign_id: str, by: str, *, seen: int | None = None) -> None:
    """Say yes to the campaign as it is now, or as it was when its giver saw so many people (``seen``) in it.

    ``approval-not-asked``  nobody asked, or it was edited or answered since
    ``approval-grown``      many more people have joined since it was ``seen``
    ``approval-own``        whoever asked or made the last edit is not a second person
    ``approval-anonymous``  whoever asked or answers has proved no name
    """
    approval = _asked(tx, campaign_id)
    _require_a_name(approval.asked_by, by)
    if by in who_cannot_approve(tx, campaign_id):
        raise Forbidden(
            "approval-own", "Whoever asked, or edited last, cannot approve: it takes a second person."
        )
    people = people_in(tx, campaign_id)
    if seen is not None and people > seen + approval_terms(tx).beyond(seen):
        raise Conflict("approval-grown", f"{people - seen} people have joined since: look at it again.")
    people = people if seen is None else min(people, seen)
    _decide(tx, approval, "approved", by, people=people, regions=regions_in(tx, campaign_id))
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

    Nobody of it is called until a second person has looked: calls under way go on, promised ones wait too.
    Its row is held to the commit: of two lists that join at once, or a list and a start, neither would see
    the other's people.
    """
    if not approval_terms(tx).size:
        return False
    row = campaign_row(tx, campaign_id, lock=True)
    if not needs_approval(tx, row):
        return False
    if row.config.get("standing"):
        withdraw_approval(tx, campaign_id, by)  # or it could go on without a look once the day is over
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
    if any(kind_of(one) == "command-line" for one in people):
        raise Forbidden(
            "approval-anonymous",
            "Say who you are, so that there are two people: `campaign ask ID --as EMAIL`.",
        )


def _decide(tx: Tx, approval: Row[Any], state: str, by: str, **values: Any) -> None:
    mine = campaign_approval.c.id == approval.id
    tx.update(campaign_approval, mine, state=state, decided_by=by, decided_at=tx.now, **values)
