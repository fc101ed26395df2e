"""Reading campaigns and how far they have come; counts only, within the principal's regions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from callsvc.accounts.scope import Principal, scope_condition
from callsvc.accounts.tables import account
from callsvc.campaigns.tables import campaign, campaign_change, campaign_contact
from callsvc.campaigns.trials import not_a_trial
from callsvc.core.db import Tx
from callsvc.core.errors import Forbidden, NotFound


@dataclass(frozen=True)
class Progress:
    """A campaign with its people counted by status and by outcome."""

    id: str
    title: str
    purpose: str
    state: str
    changed_at: datetime
    config: Mapping[str, Any]
    by_status: Mapping[str, int]
    by_outcome: tuple[tuple[str, int], ...]

    @property
    def people(self) -> int:
        return sum(self.by_status.values())

    @property
    def done(self) -> int:
        return self.by_status.get("done", 0)


def campaigns_in_scope(principal: Principal) -> sa.Select[Any]:
    """Campaigns with somebody in the principal's regions, and their own with nobody in them yet.

    For the whole country: all.
    """
    if principal.sees_everything:
        return sa.select(campaign).where(not_a_trial())
    place = campaign_contact.c
    mine = scope_condition(principal, place.region_code, place.platform_code)
    somebody = sa.exists().where(place.campaign_id == campaign.c.id)
    return sa.select(campaign).where(not_a_trial(), somebody.where(mine) | (_made_by(principal) & ~somebody))


def _made_by(principal: Principal) -> sa.ColumnElement[bool]:
    """The principal applied the campaign's first file."""
    change = campaign_change.alias()
    first = (
        sa.select(change.c.by)
        .where(change.c.campaign_id == campaign.c.id)
        .order_by(change.c.at, change.c.id)
        .limit(1)
        .scalar_subquery()
    )
    return first == principal.account_id


def with_progress(tx: Tx, principal: Principal, rows: Sequence[Any]) -> list[Progress]:
    """How far each of these campaigns has come, in the order given."""
    ids = [row.id for row in rows]
    counts = _counts(tx, principal, campaign_contact.c.campaign_id.in_(ids))
    return [_progress(row, counts[row.id]) for row in rows]


def titles_seen(tx: Tx, principal: Principal) -> tuple[tuple[str, str], ...]:
    """(id, title) of the same campaigns, by title, for the choices of a filter."""
    wanted = sa.select(campaign.c.id, campaign.c.title).where(not_a_trial())
    if not principal.sees_everything:
        place = scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code)
        wanted = wanted.where(sa.exists().where(campaign_contact.c.campaign_id == campaign.c.id, place))
    rows = tx.all(wanted.order_by(campaign.c.title, campaign.c.id))
    return tuple((row.id, row.title) for row in rows)


def campaign_seen(tx: Tx, principal: Principal, campaign_id: str) -> Progress:
    """One of them; ``campaign-unknown`` when it is not the principal's to see."""
    row = tx.first(campaigns_in_scope(principal).where(campaign.c.id == campaign_id))
    counts = _counts(tx, principal, campaign_contact.c.campaign_id == campaign_id)
    if row is None:
        raise NotFound("campaign-unknown", "This campaign does not exist, or has nobody in your regions.")
    return _progress(row, counts[campaign_id])


def require_all_regions(tx: Tx, principal: Principal, campaign_id: str) -> None:
    """Whoever starts or stops a campaign must be responsible for everybody in it."""
    beyond = tx.first(
        sa.select(campaign_contact.c.id)
        .where(
            campaign_contact.c.campaign_id == campaign_id,
            ~scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code),
        )
        .limit(1)
    )
    if beyond is not None:
        raise Forbidden("campaign-beyond-regions", "This campaign also calls people outside your regions.")


def require_may_apply(tx: Tx, principal: Principal, campaign_id: str) -> None:
    """Whoever rewrites a campaign answers for everybody in it; with nobody in it yet, it is its author's.

    Otherwise a region could rewrite the whole country's campaign until its list is there.
    """
    require_all_regions(tx, principal, campaign_id)
    somebody = sa.select(campaign_contact.c.id).where(campaign_contact.c.campaign_id == campaign_id).limit(1)
    if principal.sees_everything or tx.first(somebody) is not None:
        return
    changes = sa.select(campaign_change.c.by).where(campaign_change.c.campaign_id == campaign_id)
    author = tx.scalar(changes.order_by(campaign_change.c.at, campaign_change.c.id).limit(1))
    if author not in (None, principal.account_id):
        raise Forbidden(
            "campaign-beyond-regions", "This campaign was made by somebody else, for other people."
        )


def changes_of(tx: Tx, campaign_id: str, limit: int = 20) -> list[Any]:
    """Who changed what, newest first; ``name`` is None where no account did it (a command)."""
    query = sa.select(
        campaign_change.c.at, campaign_change.c.what, campaign_change.c.by, account.c.name
    ).outerjoin(account, account.c.id == campaign_change.c.by)
    return list(
        tx.all(
            query.where(campaign_change.c.campaign_id == campaign_id)
            .order_by(campaign_change.c.at.desc(), campaign_change.c.id.desc())
            .limit(limit)
        )
    )


Counts = defaultdict[str, list[tuple[str, str | None, int]]]


def _counts(tx: Tx, principal: Principal, condition: sa.ColumnElement[bool]) -> Counts:
    """(status, outcome, people) by campaign."""
    counts: Counts = defaultdict(list)
    for row in tx.all(
        sa.select(
            campaign_contact.c.campaign_id,
            campaign_contact.c.status,
            campaign_contact.c.outcome,
            sa.func.count().label("people"),
        )
        .where(
            condition,
            scope_condition(principal, campaign_contact.c.region_code, campaign_contact.c.platform_code),
        )
        .group_by(campaign_contact.c.campaign_id, campaign_contact.c.status, campaign_contact.c.outcome)
    ):
        counts[row.campaign_id].append((row.status, row.outcome, row.people))
    return counts


def _progress(row: Any, counts: list[tuple[str, str | None, int]]) -> Progress:
    by_status: defaultdict[str, int] = defaultdict(int)
    by_outcome: defaultdict[str, int] = defaultdict(int)
    for status, outcome, people in counts:
        by_status[status] += people
        if outcome:
            by_outcome[outcome] += people
    ordered = tuple(sorted(by_outcome.items(), key=lambda pair: (-pair[1], pair[0])))
    return Progress(
        row.id, row.title, row.purpose, row.state, row.changed_at, row.config, dict(by_status), ordered
    )
