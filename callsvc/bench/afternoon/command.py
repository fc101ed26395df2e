"""``callsvc bench afternoon``: an afternoon on the real service, and what the twin says of the same calls."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from callsvc.bench.afternoon.living import live, service
from callsvc.bench.afternoon.measuring import calls_of_service, figures, missed_offers, takes_of
from callsvc.bench.afternoon.plan import Plan, arrivals
from callsvc.bench.afternoon.predicting import predict
from callsvc.bench.afternoon.report import Afternoon, lines
from callsvc.bench.postgres import postgres
from callsvc.routing.terms import chosen_of, terms_of

_USUAL = Plan()


@click.command()
@click.option("--minutes", default=_USUAL.minutes, show_default=True, help="Lived minutes.")
@click.option("--agents", default=_USUAL.agents, show_default=True)
@click.option("--load", default=_USUAL.load, show_default=True, help="Erlangs an agent on a usual day.")
@click.option("--speed", default=_USUAL.speed, show_default=True, help="Lived seconds per real second.")
@click.option("--seed", default=_USUAL.seed, show_default=True, help="Who calls when.")
@click.option("--runs", default=200, show_default=True, help="Runs of the twin.")
@click.option("--processes", default=0, help="Of the twin at once; 0: one a processor.")
@click.option(
    "--engine", type=click.Choice(["postgresql", "sqlite"]), default="postgresql", show_default=True
)
@click.option("--database", default="", help="An empty database of your own, in place of the engine's.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def afternoon(
    *, minutes: float, agents: int, load: float, speed: float, seed: int, runs: int, processes: int,
    engine: str, database: str, form: str,
) -> None:  # fmt: skip
    """Hold the service against the twin: agents by API, callers on the simulator, a region in need.

    Exit code 1 when a measure lies outside what 95 of 100 runs of the twin say.
    """
    plan = Plan(minutes=minutes, agents=agents, load=load, speed=speed, seed=seed)
    with _database(engine, database) as address:
        found = compare(plan, address, runs=runs, processes=processes)
    click.echo(json.dumps(found.as_dict(), indent=1) if form == "json" else "\n".join(lines(found)))
    raise SystemExit(1 if found.outside else 0)


def compare(plan: Plan, database: str, *, runs: int, processes: int = 0) -> Afternoon:
    """Live the afternoon on this database (SQLite when empty), then ask the twin."""
    calls = arrivals(plan)
    with service(plan, database) as (stack, rt):
        lived = asyncio.run(live(stack, rt, plan, calls))
        with rt.db.read() as tx:
            served, takes = calls_of_service(tx, lived.began_at), takes_of(tx, lived.drawn)
            missed, terms = missed_offers(tx), chosen_of(terms_of(tx))
    return Afternoon(
        plan=plan,
        called=len(calls),
        queued=len(served),
        measured=figures(served, plan),
        predicted=predict(plan, calls, takes, terms=terms, runs=runs, processes=processes),
        runs=runs,
        takes=takes,
        missed=missed,
        lived=lived,
    )


@contextmanager
def _database(engine: str, given: str) -> Iterator[str]:
    if given or engine == "sqlite":
        yield given
        return
    with postgres() as address:
        yield address
