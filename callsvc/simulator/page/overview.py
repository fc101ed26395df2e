"""What goes on now."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from aiohttp import web

from callsvc.simulator.carrier import Carrier
from callsvc.simulator.dates import iso
from callsvc.simulator.ledger.calls import calls_where
from callsvc.simulator.ledger.messages import messages_where
from callsvc.simulator.page.faults import choices
from callsvc.simulator.page.notices import recent_notices
from callsvc.simulator.page.render import page

_OVER = 10.0  # lived seconds over which the pace is counted
_MOST = 5000


async def show_overview(carrier: Carrier, request: web.Request) -> web.Response:
    """Figures, faults, and the newest of everything."""
    statuses = Counter(leg.record.status for leg in carrier.legs.values())
    return page(
        carrier,
        request,
        "overview.html",
        live=len(carrier.legs),
        talking=statuses["in-progress"],
        ringing=statuses["ringing"] + statuses["initiated"],
        queued=statuses["queued"],
        rooms=sum(room.status == "in-progress" for room in carrier.rooms.values()),
        pace=_pace(carrier),
        cps=carrier.settings.cps,
        people=carrier.people.count(),
        phones=[handset.address for handset in carrier.handsets.all()],
        account=carrier.settings.account_sid,
        address=f"{request.scheme}://{request.host}{carrier.uri('/Calls.json')}",
        notices=recent_notices(carrier, 8),
        calls=calls_where(carrier.store, [], [], limit=8),
        messages=messages_where(carrier.store, [], [], limit=5),
        plans=carrier.faults.listing(),
        choices=choices(),
        wrong_fault="wrong-fault" in request.query,
    )


def _pace(carrier: Carrier) -> float:
    """Calls begun in a lived second, over the last ten; of more than five thousand, that many."""
    since = iso(carrier.clock.now() - timedelta(seconds=_OVER))
    rows = carrier.store.read("select initiated_at from call order by seq desc limit ?", (_MOST,))
    begun = [row for row in rows if (row[0] or "") >= (since or "")]
    return len(begun) / _OVER
