"""The whole life of contacts with eight diallers racing, judged by the carrier's ledger alone."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from callsvc.calls.tables import leg, live_call
from callsvc.campaigns.service import add_contacts, apply_campaign, change_state
from callsvc.core.clock import MachineClock
from callsvc.core.ids import RandomIds
from callsvc.messages.tables import message
from callsvc.runtime import Runtime
from tests.dialing.racing import Ledger, Race
from tests.factories import campaign_file, make_contact, make_country, publish_library

NUMBERS = [f"+3363998{number:04d}" for number in range(1, 25)]
ZONES = ("Europe/Paris", "Indian/Reunion")
CAP, WEEK_CAP = 2, 3
PURPOSES = {"+33199000101": "contact-tracing", "+33199000102": "vaccination"}


def _race(rt: Runtime, rounds: int, seed: int) -> Race:
    """Two campaigns, people in two zones, households that share a number, people with two."""
    carrier = Ledger(rt.clock)
    settings = rt.settings.model_copy(update={"callsvc_calls_per_second": 1000.0})
    rt.db.ids, rt.db.settings = RandomIds(MachineClock()), settings
    rt = replace(rt, carrier=carrier, settings=settings, ids=rt.db.ids)
    chance = random.Random(seed)
    zones = {number: ZONES[place % 2] for place, number in enumerate(NUMBERS)}
    with rt.db.begin() as tx:
        make_country(tx)
    publish_library(rt)
    for caller_id, purpose in PURPOSES.items():
        file = campaign_file(
            id=purpose,
            purpose=purpose,
            caller_id=caller_id,
            preset="public-health",
            windows=[{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "14:00"}],
            caps={"per_number_24h": CAP, "per_number_7d": WEEK_CAP},
            pacing={"calls_per_second": 100, "most_live": 100},
            retries={"most_tries": 4, "delays_minutes": {"no-answer": 2, "busy": 1, "failed": 1}},
            sms_fallback={"sender": caller_id, "text": {"fr": f"Rappelez le {caller_id}."}},
        )
        apply_campaign(rt, file, "test")
        with rt.db.begin() as tx:
            add_contacts(tx, purpose, [_person(tx, chance, zones, place) for place in range(len(NUMBERS))])
        change_state(rt, purpose, "start", "test")
    return Race(rt, carrier, zones, PURPOSES, rounds, seed)


def _person(tx: Any, chance: random.Random, zones: dict[str, str], place: int) -> str:
    """Their second number is somebody else's first, in the same zone."""
    first = NUMBERS[place]
    second = chance.choice([one for one in NUMBERS if zones[one] == zones[first] and one != first])
    where = {"platform_code": "974", "region_code": "04"} if place % 2 else {}
    traits: dict[str, Any] = {"zone": ZONES[place % 2], "fragility": chance.randrange(3), **where}
    return make_contact(tx, first, numbers=(second,) if chance.random() < 0.4 else (), **traits)


def _judge(race: Race) -> None:
    assert len(race.carrier.calls) > len(NUMBERS) // 2, "hardly anybody was called: the race proves nothing"
    assert race.carrier.overlaps == []
    assert race.calls_after_stop() == []
    assert race.calls_outside("08:00", "14:00") == []
    assert race.calls_above(CAP, timedelta(hours=24)) == []
    assert race.calls_above(WEEK_CAP, timedelta(days=7)) == []
    with race.rt.db.read() as tx:
        placed = tx.all(sa.select(leg.c.sid).where(leg.c.sid.is_not(None)))
        assert {row.sid for row in placed} == race.carrier.calls.keys()
        sent = tx.all(sa.select(message.c.sid, message.c.cause).where(message.c.sid.is_not(None)))
        assert {row.sid for row in sent} == race.carrier.messages.keys()  # each of them was meant once
        assert len({row.cause for row in sent}) == len(sent)
        assert tx.scalar(sa.select(sa.func.count()).select_from(live_call)) == 0


@pytest.mark.parametrize("seed", [1])
def test_eight_diallers_opt_outs_and_a_faulty_carrier_break_no_promise(rt: Runtime, seed: int) -> None:
    race = _race(rt, 6, seed)
    race.run()
    race.come_to_rest()
    _judge(race)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 22))
def test_the_same_for_longer_and_with_other_chances(rt: Runtime, seed: int) -> None:
    race = _race(rt, 40, seed)
    race.run()
    race.come_to_rest()
    _judge(race)
