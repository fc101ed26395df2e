"""What is measured of the regions: handling time, patience, slowness of aid, ledgers, aid given and received.

A small row a region says how things stood at an instant. The ticker moves that instant on every minute
(``measure``) by looking at what ended since, so nothing old is ever read again; a decision reads the row and,
where it must be exact (ledgers), what ended since. Without the ticker the figures are those assumed, and
ledgers are still exact over the last two hours.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Row

from callsvc.agents.queries import headcounts
from callsvc.core.db import Tx
from callsvc.routing.aid.aid_queries import aid_taken
from callsvc.routing.keeping import LOOKS_BACK, floor_of, ledgers_at, standing_of
from callsvc.routing.queries import entered_since, resolved_since
from callsvc.routing.rules import measuring as figures
from callsvc.routing.rules.reserves import reserve
from callsvc.routing.tables import queue_entry, reservation, routing_measure
from callsvc.routing.terms import terms_of
from callsvc.runtime import Runtime

SETTLED_S: Final = 60.0
"""Lived seconds after which what happened is taken to be committed and an offer to be answered..."""
SETTLED_REAL_S: Final = 5.0
"""...but never less than so many real ones."""

LOAD_OVER: Final = timedelta(minutes=30)
"""The load of a region is that of the last half hour."""

_DECAYED: Final = ("own_s", "own_calls", "aid_s", "aid_calls", "waited_s", "gave_up")


def handling_of(tx: Tx, regions: Collection[str]) -> Mapping[str, float]:
    """Mean handling time (talk and wrap-up, lived seconds) of the calls of each of these regions."""
    rows = tx.all(
        sa.select(routing_measure.c.region_code, routing_measure.c.own_s, routing_measure.c.own_calls).where(
            routing_measure.c.region_code.in_(regions)
        )
    )
    found = {row.region_code: figures.handling(row.own_s, row.own_calls) for row in rows}
    return {code: found.get(code, figures.AHT_S) for code in regions}


def slowness_of(tx: Tx) -> float:
    """How many times as long a call takes when another region's agent answers it; 1 = as long as at home."""
    row = _sums(tx, "own_s", "own_calls", "aid_s", "aid_calls")
    return figures.slowness(row.own_s or 0.0, row.own_calls or 0.0, row.aid_s or 0.0, row.aid_calls or 0.0)


def patience_s(tx: Tx) -> float:
    """How long callers wait before they give up, in the mean (lived seconds)."""
    row = _sums(tx, "waited_s", "gave_up")
    return figures.patience(row.waited_s or 0.0, row.gave_up or 0.0)


def _sums(tx: Tx, *names: str) -> Row[Any]:
    row = tx.first(sa.select(*(sa.func.sum(routing_measure.c[name]).label(name) for name in names)))
    assert row is not None  # noqa: S101 - a sum is one row
    return row


def measure(rt: Runtime) -> int:
    """Bring every region's row up to date; how many. Two at once are harmless: the second changes nothing."""
    with rt.db.begin() as tx:
        until = tx.now - timedelta(seconds=max(SETTLED_S, SETTLED_REAL_S * tx.speed))
        rows = standing_of(tx)
        since = min((row.at for row in rows if row.at is not None), default=until - LOOKS_BACK)
        if since >= until:
            return 0
        since, terms = max(since, until - LOOKS_BACK), terms_of(tx)
        codes = [row.code for row in rows]
        news, ledgers = _news(tx, codes, since, until), ledgers_at(tx, rows, terms, until)
        lately = _had_calls(tx, codes, until)
        entered = entered_since(tx, codes, tx.now - LOAD_OVER)
        agents = {row.region_code: row.on_duty for row in headcounts(tx, codes)}
        for row in rows:
            values = _moved_on(row, news[row.code], until)
            values["ledger"] = ledgers[row.code] if row.code in lately else 0.0
            values["reserve"] = _reserve(
                agents.get(row.code, 0),
                entered.get(row.code, 0),
                values,
                floor_of(row, terms),
                terms.target_s,
            )
            if not tx.insert_once(routing_measure, region_code=row.code, at=until, **values):
                # Only as it was read: what ended since would otherwise be counted by two of us.
                same = (routing_measure.c.region_code == row.code) & (routing_measure.c.at == row.at)
                tx.update(routing_measure, same, at=until, **values)
    return len(rows)


def _news(
    tx: Tx, codes: Collection[str], since: datetime, until: datetime
) -> defaultdict[str, defaultdict[str, float]]:
    """What ended, gave up, was given and received between the two instants, by region."""
    news: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for held in tx.all(
        sa.select(
            reservation.c.home_region,
            reservation.c.agent_region,
            reservation.c.bridged_at,
            reservation.c.ended_at,
        ).where(
            reservation.c.ended_at > since,
            reservation.c.ended_at <= until,
            reservation.c.bridged_at.is_not(None),
            reservation.c.home_region.is_not(None),
        )
    ):
        kind = "own" if held.home_region == held.agent_region else "aid"
        news[held.agent_region][f"{kind}_s"] += (held.ended_at - held.bridged_at).total_seconds()
        news[held.agent_region][f"{kind}_calls"] += 1
    for left in resolved_since(tx, codes, since, until):
        news[left.region_code]["waited_s"] += (left.left_at - left.entered_at).total_seconds()
        news[left.region_code]["gave_up"] += left.left_how == "hung-up"
    for pair in aid_taken(tx, since, until):
        news[pair.home_region]["received"] += pair.calls
        news[pair.agent_region]["given"] += pair.calls
    return news


def _had_calls(tx: Tx, codes: Collection[str], until: datetime) -> set[str]:
    """Regions that had a call resolved lately: the ledgers of the others begin anew."""
    lately = sa.select(queue_entry.c.region_code).where(
        queue_entry.c.kind == "call",
        queue_entry.c.region_code.in_(codes),
        queue_entry.c.left_at > until - LOOKS_BACK,
    )
    return {row.region_code for row in tx.all(lately.distinct())}


def _moved_on(row: Row[Any], news: Mapping[str, float], until: datetime) -> dict[str, Any]:
    """The row's sums, decayed, with what is new; counts of the day begin anew with the day (UTC)."""
    left = 0.0 if row.at is None else figures.decay((until - row.at).total_seconds())
    values: dict[str, Any] = {
        name: (getattr(row, name) or 0.0) * left + news.get(name, 0.0) for name in _DECAYED
    }
    same_day = row.at is not None and row.at.date() == until.date()
    for name in ("received", "given"):
        values[name] = (getattr(row, name) if same_day else 0) + int(news.get(name, 0))
    return values


def _reserve(agents: int, entered: int, sums: Mapping[str, Any], floor: float, target_s: float) -> int:
    """By Erlang A, of figures in steps of ten seconds, so that few are ever computed."""
    handle_s = _in_tens(figures.handling(sums["own_s"], sums["own_calls"]))
    load = entered * handle_s / LOAD_OVER.total_seconds()
    return reserve(
        agents,
        min(load, 2.0 * agents),
        floor,
        handle_s=handle_s,
        patience_s=_in_tens(figures.patience(sums["waited_s"], sums["gave_up"])),
        target_s=target_s,
    )


def _in_tens(seconds: float) -> float:
    return max(10.0, round(seconds, -1))
