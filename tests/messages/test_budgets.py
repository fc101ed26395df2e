"""The SMS of a campaign are in its budget of euros."""

import sqlalchemy as sa

from callsvc.campaigns.tables import campaign_day
from callsvc.carrier.port import Throttled
from callsvc.messages.sending import send_messages
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.factories import advance, campaign_file, start_campaign
from tests.messages.test_sending import _carrier, _plan


def test_the_sms_of_a_campaign_stay_within_its_euros_and_what_was_not_sent_gives_them_back(
    rt: Runtime,
) -> None:
    """Two segments of 8 cents each, and 30 cents for the day: one goes, the second waits for tomorrow."""
    start_campaign(rt, file=campaign_file(budget={"euros_a_day": 0.3}, sms={"prices": {"FR": 0.08}}))
    ids = [_plan(rt, f"c{n}", body="a" * 161 + str(n)) for n in range(2)]
    rt.carrier.fail_next(Throttled("slow down"))  # type: ignore[attr-defined]
    send_messages(rt, ids[:1])
    assert _euros(rt) == 0  # it is sure that nothing was sent
    advance(rt, 4)
    send_messages(rt, ids)
    assert _euros(rt) == 160_000 and len(_carrier(rt).messages) == 1
    with rt.db.read() as tx:
        [left] = tx.all(sa.select(message).where(message.c.placement == "planned"))
    assert left.reasons == "budget-spent"


def _euros(rt: Runtime) -> int:
    with rt.db.read() as tx:
        return int(tx.scalar(sa.select(campaign_day.c.micro_euros)) or 0)
