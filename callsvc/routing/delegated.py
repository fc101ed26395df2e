"""Where a call's queue is: at home, or at the national platform that the home platform gave its phone to."""

from dataclasses import dataclass

from callsvc.agents.queries import platforms_on_duty
from callsvc.core.db import Tx
from callsvc.platforms.delegating import delegate, delegations_in_force, national_regions
from callsvc.platforms.queries import platform_by_code
from callsvc.routing.decisions import Decision, record_decision


@dataclass(frozen=True, kw_only=True)
class Home:
    """The platform whose queue a call joins; ``share`` is set when the phone of its own was given away."""

    region: str
    platform: str
    share: int | None = None


def home_of(tx: Tx, call_id: str, own: Home, *, skill: str, language: str) -> Home:
    """By the delegation in force now; the same call has the same home as long as nothing changes."""
    share = delegations_in_force(tx, [own.platform]).get(own.platform, 0)
    if not share:
        return own
    staffed = platforms_on_duty(tx, national_regions(tx), skill, language)
    taker = delegate(tx, share, call_id, staffed)
    return own if taker is None else Home(region=taker.region_code, platform=taker.code, share=share)


def tell_delegated(tx: Tx, entry_id: str, own: Home, home: Home) -> None:
    """Keep why this call is not in its own platform's queue."""
    giver, taker = (platform_by_code(tx, one.platform).name for one in (own, home))
    english = f"{giver} gives {home.share} % of its calls to the national platforms: {taker} takes this one."
    french = (
        f"{giver} confie {home.share} % de ses appels aux plateformes nationales : {taker} prend celui-ci."
    )
    inputs = {
        "reason": "delegated",
        "share": home.share,
        "from_platform": own.platform,
        "to_platform": home.platform,
    }
    # Number 0: before any decision about who takes it.
    decision = Decision(kind="delegated", number=0, inputs=inputs, said=(english, french))
    record_decision(tx, entry_id, decision, from_region=own.region, to_region=home.region)
