"""The stage: a service and a carrier that know nobody, in one process, under one stepped clock."""

import logging
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit

from werkzeug.serving import make_server

from callsvc.app import create_app
from callsvc.carrier.twilio import TwilioCarrier
from callsvc.core.clock import MachineClock
from callsvc.core.db import Database, connect
from callsvc.core.errors import Unavailable
from callsvc.core.ids import RandomIds
from callsvc.core.jobs import HeldJobs
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.migrations import upgrade
from callsvc.runtime import Runtime
from callsvc.simulator.clock import Clock as SimulatorClock
from callsvc.simulator.testing import RunningSimulator, running_simulator
from callsvc.subscriptions import REACTIONS

LOOPBACK: Final = "127.0.0.1"
NOBODY: Final = "redis://127.0.0.1:1/0"  # nothing on stage needs Redis; this port answers nobody


class StageClock:
    """The simulator's stepped clock, as the service reads it."""

    speed = 1.0

    def __init__(self, clock: SimulatorClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()


@dataclass(frozen=True)
class Stage:
    """``rt`` is the service on stage; ``jobs`` holds what it asks for; ``simulator`` is its carrier."""

    rt: Runtime
    jobs: HeldJobs
    simulator: RunningSimulator


class _Door:
    app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)


@contextmanager
def stage(real: Settings, origin: datetime) -> Iterator[Stage]:
    """An empty stage at the lived instant ``origin``; gone with everything on it when the block ends.

    Of the real settings only those are taken that neither lead anywhere nor open anything (`_settings`).
    Raises ``rehearsal-not-on-loopback`` rather than ever reach a carrier that is not ours.
    """
    home = Path(tempfile.mkdtemp(prefix="callsvc-rehearsal-"))  # nobody else may enter it
    token = secrets.token_hex(16)
    try:
        with running_simulator(stepped=True, origin=origin, auth_token=token, cps=100.0) as simulator:
            _refuse_elsewhere(simulator.address)
            door = _Door()  # the address is needed before there is somebody behind it
            server = make_server(LOOPBACK, 0, door, threaded=True)
            server.daemon_threads = True  # type: ignore[attr-defined]
            base = f"http://{LOOPBACK}:{server.server_port}"
            rt, jobs = _runtime(_settings(real, simulator, base, home, token), simulator)
            door.app = create_app(rt)
            hooks = f"{base}/webhooks"
            simulator.set_webhooks(
                voice_url=f"{hooks}/voice/inbound",
                status_url=f"{hooks}/status/inbound",
                sms_url=f"{hooks}/messages/inbound",
            )
            logging.getLogger("werkzeug").setLevel(
                logging.ERROR
            )  # its lines would be the play's own webhooks
            threading.Thread(target=server.serve_forever, args=(0.05,), name="stage", daemon=True).start()
            try:
                yield Stage(rt, jobs, simulator)
            finally:
                server.shutdown()
                server.server_close()
                rt.db.engine.dispose()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _refuse_elsewhere(address: str) -> None:
    """The last word on whom a rehearsal may reach: this very machine, by number and not by name."""
    host = urlsplit(address).hostname
    if host != LOOPBACK:
        raise Unavailable(
            "rehearsal-not-on-loopback", "A rehearsal calls its own simulator, and nobody else."
        )


def _settings(real: Settings, simulator: RunningSimulator, base: str, home: Path, token: str) -> Settings:
    """Defaults for everything, so that no environment of the real service is read; new keys; our carrier."""
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in Settings.model_fields.items()
        if not field.is_required()
    }
    taken = {name: getattr(real, name) for name in ("callsvc_countries", "callsvc_zone", "callsvc_who")}
    return Settings.model_validate(
        defaults
        | taken
        | {
            "database_url": f"sqlite:///{home / 'stage.db'}",
            "redis_url": NOBODY,
            "public_base_url": base,
            "twilio_account_sid": simulator.settings.account_sid,
            "twilio_auth_token": token,
            "twilio_api_base_url": simulator.address,
            "callsvc_secret_key": secrets.token_hex(16),
            "callsvc_data_keys": f"1:{Keyring.new_key()}",
            "callsvc_lookup_key": Keyring.new_key(),
            "callsvc_calls_per_second": 50.0,
            "callsvc_flow_hosts": "",
        }
    )


def _runtime(settings: Settings, simulator: RunningSimulator) -> tuple[Runtime, HeldJobs]:
    machine, jobs = MachineClock(), HeldJobs()
    clock = StageClock(simulator.clock)
    ids, keyring = RandomIds(machine), Keyring.parse(settings.callsvc_data_keys, settings.callsvc_lookup_key)
    engine = connect(settings.database_url)
    upgrade(engine)
    database = Database(
        engine, settings=settings, clock=clock, machine=machine, ids=ids, jobs=jobs, keyring=keyring
    )
    database.reactions = REACTIONS
    rt = Runtime(
        settings=settings,
        clock=clock,
        machine=machine,
        ids=ids,
        random=Random(1),  # noqa: S311 - the order of campaigns, of which there is one
        db=database,
        jobs=jobs,
        carrier=TwilioCarrier(settings),
    )
    return rt, jobs
