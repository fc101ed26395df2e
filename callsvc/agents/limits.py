"""How many agents of a region may do something else at once, and for how long; who stands in line for it.

A region has the terms an administrator declared for it, else those for every region (``*``), else none. The
limit's row is taken before places are counted, so that two agents never take the last one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.rules import BEYOND, LIMITED
from callsvc.agents.tables import activity_limit, activity_wish, agent
from callsvc.core.db import Tx
from callsvc.core.errors import Conflict, Invalid, NotFound

EVERYWHERE: Final = "*"
WISH_LASTS: Final = timedelta(minutes=30)
"""Lived; whoever was not let go by then asks again."""

MOST_AT_ONCE: Final = 10_000
LONGEST_MIN: Final = 24 * 60

_STATES = (activity_limit.c.region_code, activity_limit.c.activity)


def put_limit(
    tx: Tx,
    region_code: str,
    activity: str,
    *,
    most: int | None,
    longest_min: int | None,
    beyond: str = "refuse",
    by: str,
) -> None:
    """Declare or change the terms of one activity in a region (``*``: in each without terms of its own).

    ``most`` agents of a region at once, for ``longest_min`` lived minutes; None: any number, as long as they
    like. ``beyond``: who asks for more is refused or may be granted it. Raises ``limit-invalid``.
    """
    within = (most is None or 0 <= most <= MOST_AT_ONCE) and (
        longest_min is None or 1 <= longest_min <= LONGEST_MIN
    )
    if activity not in LIMITED or beyond not in BEYOND or not within:
        raise Invalid("limit-invalid", "Name an activity that is neither ready nor away, and whole numbers.")
    key = (activity_limit.c.region_code == region_code) & (activity_limit.c.activity == activity)
    values = {
        "most": most, "longest_min": longest_min, "beyond": beyond, "changed_at": tx.now, "changed_by": by,
    }  # fmt: skip
    if not tx.insert_once(activity_limit, region_code=region_code, activity=activity, **values):
        tx.update(activity_limit, key, **values)


def drop_limit(tx: Tx, region_code: str, activity: str) -> None:
    """These terms hold no longer; whose terms were declared for every region falls back to them."""
    tx.delete(
        activity_limit,
        (activity_limit.c.region_code == region_code) & (activity_limit.c.activity == activity),
    )


def limits(tx: Tx, region_codes: Sequence[str]) -> Sequence[Row[Any]]:
    """The terms declared for these regions, and for every region."""
    wanted = activity_limit.c.region_code.in_((EVERYWHERE, *region_codes))
    return tx.all(sa.select(activity_limit).where(wanted).order_by(*_STATES))


def limit_of(tx: Tx, region_code: str, activity: str, *, hold: bool = False) -> Row[Any] | None:
    """The terms in force; ``hold`` takes their row until the end of the transaction."""
    wanted = activity_limit.c.region_code.in_((EVERYWHERE, region_code))
    statement = (
        sa.select(activity_limit)
        .where(wanted, activity_limit.c.activity == activity)
        .order_by(activity_limit.c.region_code.desc())  # '*' sorts before every code
        .limit(1)
    )
    return tx.first(statement.with_for_update() if hold else statement)


def doing(tx: Tx, region_code: str, activity: str) -> int:
    """How many agents of the region do this now."""
    mine = (agent.c.region_code == region_code) & (agent.c.activity == activity)
    return int(tx.scalar(sa.select(sa.func.count()).where(mine)) or 0)


def has_room(tx: Tx, region_code: str, activity: str) -> bool:
    """Whether one more may do this now. Takes the limit's row: what is counted stays true till the commit."""
    limit = limit_of(tx, region_code, activity, hold=True) if activity in LIMITED else None
    if limit is None or limit.most is None:
        return True
    return doing(tx, region_code, activity) < int(limit.most)


def ask_for(tx: Tx, row: Row[Any], activity: str) -> Row[Any]:
    """Stand in line: the wish of this agent, newly written or kept with its place if it is the same."""
    standing = wish_of(tx, row.id)
    if standing is not None and standing.activity == activity:
        return standing
    withdraw_wish(tx, row.id)
    tx.insert(
        activity_wish,
        id=tx.new_id("wsh"),
        agent_id=row.id,
        region_code=row.region_code,
        activity=activity,
        state="waiting",
        asked_at=tx.now,
        deadline_at=tx.now + WISH_LASTS,
    )
    tx.changed("agents", region=row.region_code)
    found = wish_of(tx, row.id)
    assert found is not None  # noqa: S101 - it was just written
    return found


def wish_of(tx: Tx, agent_id: str) -> Row[Any] | None:
    """What the agent waits for leave to do."""
    mine = (activity_wish.c.agent_id == agent_id) & (activity_wish.c.state == "waiting")
    return tx.first(sa.select(activity_wish).where(mine))


def place_in_line(tx: Tx, wish: Row[Any]) -> int:
    """1 for whoever is let go next."""
    before = (activity_wish.c.asked_at < wish.asked_at) | (
        (activity_wish.c.asked_at == wish.asked_at) & (activity_wish.c.id < wish.id)
    )
    same = (activity_wish.c.region_code == wish.region_code) & (activity_wish.c.activity == wish.activity)
    waiting = activity_wish.c.state == "waiting"
    return 1 + int(tx.scalar(sa.select(sa.func.count()).where(same, waiting, before)) or 0)


def withdraw_wish(tx: Tx, agent_id: str) -> None:
    """The agent waits for nothing any more: they declared something."""
    mine = (activity_wish.c.agent_id == agent_id) & (activity_wish.c.state == "waiting")
    tx.update(activity_wish, mine, state="withdrawn", decided_at=tx.now)


def close_wish(tx: Tx, wish_id: str, state: str, by: str = "") -> Row[Any]:
    """Granted, refused or lapsed; the wish as it was. Raises ``wish-unknown``, ``wish-over``."""
    row = tx.first(sa.select(activity_wish).where(activity_wish.c.id == wish_id))
    if row is None:
        raise NotFound("wish-unknown", "Nobody has asked for this.")
    waiting = (activity_wish.c.id == wish_id) & (activity_wish.c.state == "waiting")
    if not tx.update(activity_wish, waiting, state=state, decided_at=tx.now, decided_by=by):
        raise Conflict("wish-over", "This was answered or withdrawn already.", state=row.state)
    tx.changed("agents", region=row.region_code)
    return row


def waiting_wishes(tx: Tx, condition: sa.ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Who asks for what, the longest waiting first; ``condition`` over ``agent``'s columns (the scope)."""
    return tx.all(
        sa.select(activity_wish, agent.c.name.label("agent_name"))
        .join(agent, agent.c.id == activity_wish.c.agent_id)
        .where(activity_wish.c.state == "waiting", condition)
        .order_by(activity_wish.c.asked_at, activity_wish.c.id)
    )


def over_time(tx: Tx, condition: sa.ColumnElement[bool]) -> dict[str, int]:
    """Agents whose activity lasts longer than their region's terms allow: lived minutes beyond, by id."""
    rows = tx.all(
        sa.select(agent.c.id, agent.c.region_code, agent.c.activity, agent.c.activity_since).where(
            agent.c.activity.in_(LIMITED), condition
        )
    )
    found = {}
    terms = {(row.region_code, row.activity): row.longest_min for row in tx.all(sa.select(activity_limit))}
    for row in rows:
        longest = terms.get((row.region_code, row.activity), terms.get((EVERYWHERE, row.activity)))
        lasted_min = (tx.now - row.activity_since).total_seconds() / 60
        if longest is not None and lasted_min > longest:
            found[row.id] = int(lasted_min - longest)
    return found
