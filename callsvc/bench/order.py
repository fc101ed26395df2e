"""``callsvc bench order``: what it costs to find whom to call next among 200,000 people who wait.

One campaign, eighteen regions of unequal length. A batch is what one tick plans: the people in turn, then the
question that decides each of them and the intents, then the commit. The baseline is a transaction that
changes as many rows of the same table, found by their keys.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import click
import sqlalchemy as sa

from callsvc.bench import meter
from callsvc.campaigns.definition import CampaignFile
from callsvc.campaigns.tables import campaign, campaign_contact
from callsvc.contacts.tables import contact, contact_number, phone_number
from callsvc.core.clock import StoppedClock
from callsvc.core.db import connect
from callsvc.core.jobs import HeldJobs
from callsvc.core.keyring import Keyring
from callsvc.core.settings import Settings
from callsvc.dialing.announcing import UNTOLD_FRONT
from callsvc.dialing.ordering import people_in_turn
from callsvc.dialing.planning import _plan_people
from callsvc.flows.service import publish
from callsvc.migrations import load_tables, upgrade
from callsvc.platforms.service import load_france
from callsvc.platforms.tables import platform
from callsvc.runtime import Runtime, runtime_from_settings
from ivr_flows.library import flow_text

BATCH = 40  # people to one transaction, as dialing/planning.py does it
BATCHES = 60
NOW = datetime(2020, 11, 16, 10, tzinfo=UTC)  # a Monday, eleven o'clock in Paris
_CHUNK = 5000
_DAY = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Milliseconds of one batch, ``*_cpu`` of this process alone; ``planned`` people in all batches."""

    what: str
    order_p50: float
    order_p90: float
    order_cpu: float
    batch_p50: float
    batch_p90: float
    batch_cpu: float
    baseline_p50: float
    planned: int


@click.command()
@click.option("--database", default="", help="A database URL of your own, empty; SQLite when not given.")
@click.option("--people", default=200_000, show_default=True)
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def order(database: str, people: int, output: str) -> None:
    """Measure a batch of the planner with so many people waiting."""
    with tempfile.TemporaryDirectory(prefix="callsvc-bench-") as home:
        rt = _service(database or f"sqlite:///{Path(home) / 'order.db'}")
        config = _campaign(rt)
        _fill(rt, people)
        figures = [
            _figures(rt, config, "all of them due"),
            _figures(rt, config, "three in four put off", lambda: _put_off(rt, resting=True)),
            _figures(rt, config, "all of these due at once", lambda: _wake(rt)),
            _telling(rt),
        ]
        rt.db.engine.dispose()
    if output == "json":
        click.echo(json.dumps([asdict(one) for one in figures], indent=1))
        return
    click.echo(f"{people} people; milliseconds for a batch of {BATCH}")
    click.echo(f"{'':28}{'order':>20}{'whole batch':>20}{'baseline':>10}")
    for one in figures:
        found = f"{one.order_p50:.1f} {one.order_p90:.1f} {one.order_cpu:.1f}"
        whole = f"{one.batch_p50:.1f} {one.batch_p90:.1f} {one.batch_cpu:.1f}"
        click.echo(f"{one.what:28}{found:>20}{whole:>20}{one.baseline_p50:>10.1f}")
    click.echo("median, 90th percentile; processor time of this process (median)")


def _service(url: str) -> Runtime:
    key = Keyring.new_key()
    settings = Settings(
        database_url=url,
        twilio_account_sid="ACbench",
        twilio_auth_token="bench",  # noqa: S106 - nobody is called
        callsvc_secret_key="bench",  # noqa: S106
        callsvc_data_keys=f"1:{key}",
        callsvc_lookup_key=key,
    )
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    load_tables()
    rt = runtime_from_settings(settings)
    rt.db.clock, rt.db.jobs = StoppedClock(NOW), HeldJobs()
    return replace(rt, clock=rt.db.clock, jobs=rt.db.jobs)


def _campaign(rt: Runtime) -> CampaignFile:
    config = CampaignFile.model_validate(
        {
            "id": "order",
            "title": "Order",
            "purpose": "order",
            "flow": "contact-tracing",
            "caller_id": "+33199000100",
            "windows": [_DAY],
            "preset": "none",
            "call_on_holidays": True,
        }
    )
    with rt.db.begin() as tx:
        load_france(tx)
        version = publish(tx, flow_text("contact-tracing"), "bench")
        tx.insert(
            campaign,
            id="order",
            title="Order",
            purpose="order",
            flow_version=version,
            state="running",
            config=config.model_dump(by_alias=True),
            created_at=NOW,
            changed_at=NOW,
        )
    return config


def _fill(rt: Runtime, people: int) -> None:
    with rt.db.read() as tx:
        homes = [(row.code, row.region_code) for row in tx.all(sa.select(platform).order_by(platform.c.code))]
    rows = _people(homes, people)
    while chunk := list(islice(rows, _CHUNK)):
        with rt.db.begin() as tx:
            for table in (phone_number, contact, contact_number, campaign_contact):
                tx.execute(table.insert(), [one[table.name] for one in chunk])
    with rt.db.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


def _people(homes: list[tuple[str, str]], people: int) -> Iterator[dict[str, dict[str, object]]]:
    """Long regions and short ones; reported over a fortnight; one in ten fragile."""
    chance = Random(1)  # noqa: S311 - repeatable
    traits = {"synthetic": True, "country": "FR", "kind": "mobile", "zone": "Europe/Paris"}
    for number in range(people):
        code, region = homes[min(int(chance.expovariate(1) * len(homes) / 4), len(homes) - 1)]
        since = NOW - timedelta(minutes=chance.randrange(14 * 24 * 60))
        place = {"platform_code": code, "region_code": region}
        number_id, contact_id, mark = f"num-{number}", f"ctc-{number}", number.to_bytes(8, "big")
        yield {
            "phone_number": {
                "id": number_id,
                "fingerprint": mark,
                "ciphertext": b"",
                "key_version": 1,
                **traits,
            },
            "contact": {
                "id": contact_id,
                "fingerprint": mark,
                "person": b"",
                "language": "fr",
                "zone": "Europe/Paris",
                "elicited_at": since,
                "created_at": since,
                "consent_basis": "public-interest",
                **place,
            },
            "contact_number": {"contact_id": contact_id, "number_id": number_id, "rank": 1},
            "campaign_contact": {
                "id": f"cct-{number}",
                "campaign_id": "order",
                "contact_id": contact_id,
                "status": "waiting",
                "priority": 10 * (chance.random() < 0.1),
                "elicited_on": since.date(),
                "next_try_at": NOW - timedelta(minutes=chance.randrange(600)),
                "deadline_at": NOW + timedelta(days=14),
                **place,
            },
        }


def _put_off(rt: Runtime, *, resting: bool) -> None:
    """Three in four wait for a later time, the fragile and the newest among them."""
    later = (campaign_contact.c.status == "waiting") & (sa.func.length(campaign_contact.c.id) % 2 == 0)
    with rt.db.begin() as tx:
        newest = campaign_contact.c.elicited_on >= (NOW - timedelta(days=10)).date()
        tx.update(campaign_contact, later | newest, next_try_at=NOW + timedelta(hours=2), resting=resting)


def _wake(rt: Runtime) -> None:
    """Two hours later everybody who was put off is due at the same instant."""
    clock = rt.clock
    assert isinstance(clock, StoppedClock)  # noqa: S101
    clock.advance(2 * 3600)


def _figures(
    rt: Runtime, config: CampaignFile, what: str, prepare: Callable[[], None] = lambda: None
) -> Figures:
    prepare()
    _batch(rt, config)  # the first counts the people of each region, once a minute
    batches = [_batch(rt, config) for _ in range(BATCHES)]
    baselines = [_baseline(rt, one.ids) for one in batches]
    orders, wholes = [one.order_ms for one in batches], [one.whole_ms for one in batches]
    return Figures(
        what=what,
        order_p50=meter.quantile(orders, 0.5),
        order_p90=meter.quantile(orders, 0.9),
        order_cpu=meter.quantile([one.order_cpu_ms for one in batches], 0.5),
        batch_p50=meter.quantile(wholes, 0.5),
        batch_p90=meter.quantile(wholes, 0.9),
        batch_cpu=meter.quantile([one.whole_cpu_ms for one in batches], 0.5),
        baseline_p50=meter.quantile(baselines, 0.5),
        planned=sum(one.planned for one in batches),
    )


def _telling(rt: Runtime) -> Figures:
    """The same for whom an SMS tells next when their call comes, with everybody untold: the order alone."""
    with rt.db.begin() as tx:
        mine = campaign_contact.c.campaign_id == "order"
        tx.update(campaign_contact, mine, unannounced=True, resting=False)
    with rt.db.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    taken, cpu = [], []
    for _ in range(BATCHES):
        began, used = time.perf_counter(), time.process_time()
        with rt.db.begin() as tx:
            found = tx.all(UNTOLD_FRONT, campaign_id="order", now=tx.now, room=BATCH)
        taken.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return Figures(
        what="everybody untold of a call",
        order_p50=meter.quantile(taken, 0.5),
        order_p90=meter.quantile(taken, 0.9),
        order_cpu=meter.quantile(cpu, 0.5),
        batch_p50=0.0,
        batch_p90=0.0,
        batch_cpu=0.0,
        baseline_p50=0.0,
        planned=len(found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    order_ms: float
    order_cpu_ms: float
    whole_ms: float
    whole_cpu_ms: float
    planned: int
    ids: list[str]


def _batch(rt: Runtime, config: CampaignFile) -> _Batch:
    began, cpu = time.perf_counter(), time.process_time()
    with rt.db.begin() as tx:
        rows = people_in_turn(tx, config, "order", BATCH)
        found, found_cpu = time.perf_counter(), time.process_time()
        planned = _plan_people(tx, config, "order", rows, BATCH)
    return _Batch(
        order_ms=(found - began) * 1000,
        order_cpu_ms=(found_cpu - cpu) * 1000,
        whole_ms=(time.perf_counter() - began) * 1000,
        whole_cpu_ms=(time.process_time() - cpu) * 1000,
        planned=len(planned),
        ids=[row.id for row in rows],
    )


def _baseline(rt: Runtime, ids: list[str]) -> float:
    began = time.perf_counter()
    with rt.db.begin() as tx:
        tx.update(campaign_contact, campaign_contact.c.id.in_(ids), skip_reasons="")
    return (time.perf_counter() - began) * 1000
