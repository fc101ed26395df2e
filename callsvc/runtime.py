"""The Runtime: the world as one argument. A function without ``rt`` is arithmetic."""

import random
from dataclasses import dataclass
from datetime import datetime

from callsvc.carrier.port import Carrier
from callsvc.core.changes import RedisChanges
from callsvc.core.clock import Clock, MachineClock, ScaledClock
from callsvc.core.db import Database, connect
from callsvc.core.errors import Invalid
from callsvc.core.ids import Ids, RandomIds
from callsvc.core.jobs import Jobs, RqJobs
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """``callsvc.assembly.make_runtime()`` makes the real one; tests make another."""

    settings: Settings
    clock: Clock  # lived time
    machine: Clock  # real UTC
    ids: Ids
    random: random.Random
    db: Database
    jobs: Jobs
    carrier: Carrier


def life_clock(settings: Settings) -> Clock:
    """The scaled clock when an origin is set, else real time."""
    if not settings.callsvc_clock_origin:
        return MachineClock()
    try:
        origin = datetime.fromisoformat(settings.callsvc_clock_origin)
        return ScaledClock(origin, settings.callsvc_clock_real_origin, settings.callsvc_clock_speed)
    except ValueError as error:
        raise Invalid(
            "setting-invalid",
            f"CALLSVC_CLOCK_ORIGIN is not valid: {error}. See docs/settings.md.",
            setting="CALLSVC_CLOCK_ORIGIN",
        ) from None


def runtime_from_settings(settings: Settings) -> Runtime:
    from callsvc.carrier.profiles import require_capable
    from callsvc.carrier.twilio import TwilioCarrier

    require_capable(settings)
    machine = MachineClock()
    clock = life_clock(settings)
    ids = RandomIds(machine)
    jobs = RqJobs(settings.redis_url)
    keyring = Keyring.parse(settings.callsvc_data_keys, settings.callsvc_lookup_key)
    database = Database(
        connect(settings.database_url),
        settings=settings,
        clock=clock,
        machine=machine,
        ids=ids,
        jobs=jobs,
        keyring=keyring,
    )
    database.changes = RedisChanges(settings.redis_url)
    return Runtime(
        settings=settings,
        clock=clock,
        machine=machine,
        ids=ids,
        random=random.SystemRandom(),
        db=database,
        jobs=jobs,
        carrier=TwilioCarrier(settings),
    )
