"""What every decision begins with, in one query: the terms, and what goes on and waits in a region."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from callsvc.agents.queries import FREE
from callsvc.agents.tables import agent
from callsvc.core.db import Tx
from callsvc.core.written import Written
from callsvc.routing.heads import HERE, Head, edges, head_of
from callsvc.routing.other_work.working import OTHER
from callsvc.routing.queries import WAITING
from callsvc.routing.rules.terms import Terms
from callsvc.routing.tables import aid_activation, queue_entry
from callsvc.routing.terms import LIVE, NEWEST, terms_from


class Look(NamedTuple):
    """A region at a glance, its queues, and whether any call waits in another region."""

    terms: Terms
    free: bool  # somebody is
    other: bool  # something but calls waits there
    aided: bool
    elsewhere: bool
    heads: list[Head]


def look_at(tx: Tx, region_code: str) -> Look:
    """What is waited for, and whether anybody of this region could do anything about it."""
    late, second = edges(LIVE, tx.now)  # the promises are not among what is chosen
    rows = _LOOK.all(tx, region=region_code, late=late, second=second)
    first = rows[0]
    return Look(
        terms=LIVE if first.terms is None else terms_from(first.terms),
        free=first.free,
        other=first.other,
        aided=first.aided,
        elsewhere=first.elsewhere,
        heads=[head_of(row) for row in rows if row.entries is not None],
    )


_CODE: Any = sa.bindparam("region")
_STATE = sa.select(
    NEWEST.scalar_subquery().label("terms"),
    sa.exists().where(agent.c.region_code == _CODE, FREE).label("free"),
    sa.exists().where(queue_entry.c.region_code == _CODE, OTHER).label("other"),
    sa.exists().where(aid_activation.c.region_code == _CODE, aid_activation.c.active).label("aided"),
    sa.exists().where(queue_entry.c.region_code != _CODE, WAITING).label("elsewhere"),
).subquery("state")
_WAITING = HERE.subquery("heads")
_LOOK = Written(sa.select(_STATE, _WAITING).select_from(_STATE.outerjoin(_WAITING, sa.true())))
