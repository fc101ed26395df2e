"""What a try may be expected to come to: measured on the last weeks of the same purpose, or assumed.

The assumed shares are those of a first campaign of strangers by day; the preview always says which of the two
it reckons with, and on how many calls.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from callsvc.agents.tables import agent
from callsvc.calls.tables import call, leg
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.dispositions import CONNECTED, flags_of
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.core.db import Tx
from callsvc.dialing.projecting import Kind, Means
from callsvc.flows.agents import queue_steps
from callsvc.routing.tables import reservation

ASSUMED: Final = {
    "reached": Kind(share=0.33, seconds=95, reached=True, final=True),
    "ended": Kind(share=0.04, seconds=40, final=True),  # refused, wrong person, opted out
    "no-answer": Kind(share=0.38, seconds=30),
    "machine": Kind(share=0.15, seconds=45),
    "hung-up": Kind(share=0.05, seconds=25),
    "busy": Kind(share=0.03, seconds=5),
    "failed": Kind(share=0.02, seconds=3),
}
WRITTEN: Final = {"sent": Kind(share=1.0, seconds=0.0, final=True)}  # an SMS is sent once
ENOUGH: Final = 100  # ended calls; fewer say less than what is assumed
_SINCE: Final = timedelta(days=30)
_RING_S: Final = 12.0  # from set-up to answer, not in what the carrier bills
_AHT_S: Final = 300.0
_FOR_AGENTS: Final = 0.5  # of those reached, in a flow that has agents
_PRESENT: Final = ("available",)


@dataclass(frozen=True)
class Expected:
    """``measured``: ended calls it rests on, 0 when assumed. ``shared_with``: other campaigns running now.

    ``needs_agents``: the flow hands people to agents; ``means.agents`` is how many are present.
    """

    means: Means
    measured: int
    shared_with: int
    needs_agents: bool

    @property
    def answer_rate(self) -> float:
        """Share of tries in which the person is reached."""
        return sum(kind.share for kind in self.means.kinds.values() if kind.reached)


def expected(tx: Tx, row: Any, config: CampaignFile) -> Expected:
    """What this campaign may expect now; ``row`` is its row. Of SMS only that they leave."""
    if config.channel == "sms":
        written = Means(calls_per_second=config.pacing.calls_per_second, lines=1, kinds=WRITTEN)
        return Expected(written, 0, 0, needs_agents=False)
    counted = _counted(tx, config.purpose)
    measured = sum(count for count, _ in counted.values())
    kinds = _kinds(counted, measured) if measured >= ENOUGH else dict(ASSUMED)
    others = _others_running(tx, row.id)
    weight = config.pacing.weight
    part = weight / (weight + sum(others))
    needs = bool(queue_steps(tx, row.flow_version))
    means = Means(
        calls_per_second=min(config.pacing.calls_per_second, tx.settings.callsvc_calls_per_second * part),
        lines=_lines(config, tx.settings.callsvc_most_live, part),
        kinds=kinds,
        agents=_present(tx) if needs else 0,
        aht_s=_handling_s(tx) if needs else 0.0,
        for_agents=_share_for_agents(counted) if needs else 0.0,
    )
    return Expected(means, measured if measured >= ENOUGH else 0, len(others), needs)


Counted = dict[str, tuple[int, float]]
"""disposition -> (calls, mean of the seconds billed)"""


def _counted(tx: Tx, purpose: str) -> Counted:
    rows = tx.all(
        sa.select(leg.c.disposition, sa.func.count().label("calls"), sa.func.avg(leg.c.duration_s).label("s"))
        .join(call, call.c.id == leg.c.call_id)
        .join(campaign_contact, campaign_contact.c.id == call.c.campaign_contact_id)
        .join(campaign, campaign.c.id == campaign_contact.c.campaign_id)
        .where(
            campaign.c.purpose == purpose,
            leg.c.role == "contact",
            leg.c.disposition.is_not(None),
            leg.c.planned_at > tx.now - _SINCE,
        )
        .group_by(leg.c.disposition)
    )
    return {row.disposition: (row.calls, float(row.s or 0.0)) for row in rows}


def _kinds(counted: Counted, measured: int) -> dict[str, Kind]:
    """Dispositions brought together by what follows from them."""
    calls: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for disposition, (count, mean) in counted.items():
        flags = flags_of(disposition)
        kind = ("reached" if flags.reached else "ended") if flags.final else flags.retry_after
        answered = flags.human_answered or flags.machine
        lasts = mean + _RING_S if answered else ASSUMED[kind].seconds if kind in ASSUMED else mean
        calls[kind] += count
        seconds[kind] += round(count * lasts)
    return {
        kind: Kind(
            share=count / measured,
            seconds=seconds[kind] / count,
            reached=kind == "reached",
            final=kind in ("reached", "ended"),
        )
        for kind, count in calls.items()
    }


def _share_for_agents(counted: Counted) -> float:
    reached = sum(count for name, (count, _) in counted.items() if flags_of(name).reached)
    if reached < ENOUGH:
        return _FOR_AGENTS
    spoke = sum(count for name, (count, _) in counted.items() if name in _AGENTS_WORDS)
    return spoke / reached


_AGENTS_WORDS: Final = frozenset({CONNECTED, "resolved-by-phone", "unresolved", "callback"})


def _others_running(tx: Tx, campaign_id: str) -> list[float]:
    """The weights of other campaigns that call now: the account's set-ups are shared out by them."""
    due = sa.exists().where(
        campaign_contact.c.campaign_id == campaign.c.id, campaign_contact.c.status == "waiting"
    )
    running = (campaign.c.state == "running") & (campaign.c.id != campaign_id) & due
    files = [config_of(row) for row in tx.all(sa.select(campaign.c.config).where(running))]
    return [file.pacing.weight for file in files if file.channel == "voice"]


def _lines(config: CampaignFile, most_of_all: int, part: float) -> int:
    """Calls at once: its own limit, within its part of everybody's; 0 = the carrier sets none."""
    return (
        min(config.pacing.most_live, max(1, int(most_of_all * part)))
        if most_of_all
        else config.pacing.most_live
    )


def _present(tx: Tx) -> int:
    """Agents who take calls now."""
    here = agent.c.activity.in_(_PRESENT)
    return int(tx.scalar(sa.select(sa.func.count()).select_from(agent).where(here)) or 0)


def _handling_s(tx: Tx) -> float:
    """Mean of the last conversations with agents, wrap-up included, in lived seconds; or assumed."""
    rows = tx.all(
        sa.select(reservation.c.bridged_at, reservation.c.ended_at)
        .where(reservation.c.bridged_at.is_not(None), reservation.c.ended_at.is_not(None))
        .order_by(reservation.c.bridged_at.desc())
        .limit(500)
    )
    if len(rows) < ENOUGH:
        return _AHT_S
    seconds: float = sum((row.ended_at - row.bridged_at).total_seconds() for row in rows)
    return seconds / len(rows)
