"""``/console/campaigns/callers``: which numbers people are shown, what each may do, and where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from callsvc.accounts.guard import current_principal, page
from callsvc.accounts.scope import Principal
from callsvc.campaigning.blueprint import blueprint
from callsvc.campaigns.caller_files import PoolEntry, SenderEntry, declared
from callsvc.campaigns.queries import campaigns_in_scope
from callsvc.campaigns.sender_rules import sender_of
from callsvc.campaigns.tables import campaign
from callsvc.core.db import Tx
from callsvc.platforms.queries import regions
from callsvc.web import current_rt

KINDS = {
    "verified": _("verified polyvalent number"),
    "platform": _("number of the platforms (09 37 to 09 39)"),
    "overseas-platform": _("number of the platforms overseas (09 47)"),
    "geographic": _("ordinary geographic number"),
    "mobile": _("ordinary mobile number"),
    "national": _("other national number"),
    "short-code": _("short code"),
    "alphanumeric": _("name"),
    "foreign": _("number of another country"),
    "fiction": _("reserved for fiction"),
}
RULES = {
    "contact": _("A person sees the same number each time."),
    "day": _("Another number each day."),
    "try": _("Another number at each try."),
}
# Where a campaign's file names a pool, and where a number or a name of its own; a dot is a part of a part.
_POOLS = {"caller_pool": _("calls"), "sms_pool": _("SMS")}
_OWN = {
    "caller_id": _("calls"),
    "sms_sender": _("SMS"),
    "announce.sender": _("SMS that announce calls"),
    "sms_fallback.sender": _("SMS to those not reached"),
}
_OVER = ("stopped", "completed")


@dataclass(frozen=True)
class Use:
    """A campaign of the reader's places that shows it; ``what`` for: calls, SMS, or several."""

    id: str
    title: str
    state: str
    what: tuple[Any, ...]


@dataclass(frozen=True)
class Shown:
    """A pool and the campaigns that are not over; ``over``: how many are."""

    pool: PoolEntry
    uses: Sequence[Use]
    over: int


@dataclass(frozen=True)
class Single:
    """A number or a name that campaigns give themselves, without a pool; kind '': it is none we know."""

    value: str
    kind: str
    can_reply: bool
    uses: Sequence[Use]


@blueprint.get("/callers")
@page("campaigns")
def callers() -> ResponseReturnValue:
    rt = current_rt()
    with rt.db.read() as tx:
        pools, singles = _told(tx, current_principal())
        names = {row.code: row.name for row in regions(tx)}
    return render_template(
        "campaigns/callers.html",
        pools=pools,
        singles=singles,
        kinds=KINDS,
        rules=RULES,
        names=names,
        verify=rt.settings.callsvc_verify_phone,
        can_call=_can_call,
    )


def _told(tx: Tx, principal: Principal) -> tuple[list[Shown], list[Single]]:
    """The pools in the order of their ids, and what campaigns that are not over give without one."""
    rows = tx.all(campaigns_in_scope(principal).order_by(campaign.c.title, campaign.c.id))
    live = [row for row in rows if row.state not in _OVER]
    live_uses = _uses(live, _POOLS)
    past_uses = _uses([row for row in rows if row.state in _OVER], _POOLS)
    pools = [
        Shown(pool, live_uses.get(pool.id, ()), len(past_uses.get(pool.id, ())))
        for pool in declared(tx).pools
    ]
    return pools, [_single(value, uses) for value, uses in sorted(_uses(live, _OWN).items())]


def _uses(rows: Sequence[Any], keys: Mapping[str, Any]) -> dict[str, list[Use]]:
    """By pool or value the campaigns that name it, each with what for."""
    found: dict[str, list[Use]] = defaultdict(list)
    for row in rows:
        whats: dict[str, list[Any]] = defaultdict(list)
        for key, what in keys.items():
            if named := _at(row.config, key):
                whats[named].append(what)
        for named, said in whats.items():
            found[named].append(Use(row.id, row.title, row.state, tuple(said)))
    return found


def _at(config: Mapping[str, Any], key: str) -> str:
    head, _dot, rest = key.partition(".")
    part = config.get(head) or {}
    return _at(part, rest) if rest else str(part or "")


def _single(value: str, uses: Sequence[Use]) -> Single:
    try:
        sender = sender_of(value)
    except ValueError:
        return Single(value, "", False, uses)
    return Single(value, sender.kind, sender.can_reply, uses)


def _can_call(sender: SenderEntry) -> bool:
    """A foreign number calls only where its pool says so."""
    return sender.voice and (sender.kind != "foreign" or bool(sender.countries))
