"""How many conversations by SMS each campaign may begin now: its own pace, and its share of its sender.

The ledger is the one of calls (``pace_ledger``), with a row for each sender, or pool of senders, in place of
the row of all calls. What is begun is taken out of it, whether an answer is waited for or not.
"""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa

from callsvc.campaigns.callers import sms_senders
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.facts import config_of
from callsvc.campaigns.tables import campaign, pace_ledger
from callsvc.core.db import Tx
from callsvc.dialing.pacing import due_in, hold_row, keep_row
from callsvc.dialing.set_ups import OF_RING
from callsvc.dialing.sharing import Bucket, Wish, filled, holds, share
from callsvc.messages.pacing import room_of

_ROUND = timedelta(seconds=1)  # machine time between two looks
_HELD_S = 3.0  # lived: of two rounds and a late one; the sender's own pace evens it out
_LONGEST_NAME = 60


def reserve_texts(tx: Tx, most: int) -> dict[str, int]:
    """Conversations that each running campaign may begin now, at most ``most`` each, taken out of the ledger.

    Of a sender that another ticker is looking at, none.
    """
    groups: dict[str, list[CampaignFile]] = {}
    for row in tx.all(sa.select(campaign).where(campaign.c.state == "running").order_by(campaign.c.id)):
        if row.config.get("channel") == "sms":
            config = config_of(row)
            groups.setdefault(_ledger_of(config), []).append(config)
    shares: dict[str, int] = {}
    for name, configs in sorted(groups.items()):
        shares |= _reserve(tx, name, configs, most)
    return shares


def give_back_texts(tx: Tx, config: CampaignFile, unused: int) -> None:
    """Reserved for a campaign that found nobody to write to."""
    if unused <= 0:
        return
    mine = pace_ledger.c.campaign_id == config.id
    turn = pace_ledger.c.turn - unused / config.pacing.weight
    tx.update(pace_ledger, mine, tokens=pace_ledger.c.tokens + unused, turn=turn)


def _ledger_of(config: CampaignFile) -> str:
    """The row of the senders that a campaign writes from."""
    return f"sms:{config.sms_pool or config.sms_sender}"[:_LONGEST_NAME]


def _reserve(tx: Tx, name: str, configs: list[CampaignFile], most: int) -> Mapping[str, int]:
    whole = hold_row(tx, name, 0.0)
    if whole is None:
        return {}
    room = sum(room_of(tx, sender, _ROUND) for sender in sms_senders(tx, configs[0]))
    known = {row.campaign_id: row for row in tx.all(sa.select(pace_ledger).where(~OF_RING))}
    buckets, wishes = {}, []
    for config in configs:
        rate, account = config.pacing.calls_per_second, known.get(config.id)
        first = Bucket(holds(rate, tx.speed), tx.now)
        bucket = Bucket(account.tokens, account.at) if account is not None else first
        buckets[config.id] = filled(bucket, rate, tx.now, holds(rate, tx.speed, _HELD_S))
        allowed = min(int(buckets[config.id].tokens), room, most)
        due = due_in(tx, config.id, allowed) if allowed > 0 else 0
        turn = account.turn if account is not None else 0.0
        wishes.append(Wish(campaign_id=config.id, weight=config.pacing.weight, turn=turn, most=due))
    shares = share(room, whole.turn, wishes)
    keep_row(tx, name, 0.0, shares.clock, tx.now)
    for one, calls in shares.calls.items():
        keep_row(tx, one, buckets[one].tokens - calls, shares.turns[one], buckets[one].at)
    return {one: calls for one, calls in shares.calls.items() if calls}
