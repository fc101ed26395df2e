"""``callsvc bench routing``: our router against five others, on the same calls, in sixteen scenarios.

First the twin is held against Erlang A and C; then every scenario is played under every policy; then what was
promised is compared with what was reached. Seeds 7000 and up were never used to choose a setting.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from callsvc.bench.targets import Target, targets
from callsvc.planning.twin import report
from callsvc.planning.twin.comparing import Row, row
from callsvc.planning.twin.measures import Measures
from callsvc.planning.twin.playing import play
from callsvc.planning.twin.scenario import POLICIES, Policy, Scenario, load_scenario, names
from callsvc.planning.twin.validating import Check, validate
from callsvc.routing.rules.terms import ORDERS

FIRST_SEED, SEEDS, QUICK_SEEDS = 7000, 20, 3
SLOW = 1.3
COMPARED: tuple[Policy, ...] = ("home-first", "ours", "home-first-callbacks", "ours-callbacks")
ORDERED = ("S3-slack", "S4-slack", "S6-tight")


@click.command()
@click.option("--quick", is_flag=True, help=f"{QUICK_SEEDS} seeds: minutes become half a minute.")
@click.option("--cell", "cells", multiple=True, type=click.Choice(names()), help="Only these scenarios.")
@click.option("--processes", default=0, help="How many work at once; 0 = one a processor.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def routing(quick: bool, cells: Sequence[str], processes: int, output: str) -> None:
    """Print the tables of docs/routing-tables.md, and which promises are kept."""
    seeds = range(FIRST_SEED, FIRST_SEED + (QUICK_SEEDS if quick else SEEDS))
    said = click.echo if output == "text" else (lambda _: None)
    checks = validate(seeds, processes=processes)
    said(_validation(checks))
    played, slow = {}, {}
    for cell in cells or names():
        scenario = load_scenario(cell)
        played[cell] = play(scenario, policies=POLICIES, seeds=seeds, processes=processes)
        said(report.text(scenario, played[cell]) + "\n")
        slow[cell] = play(_slower(scenario), policies=COMPARED, seeds=seeds, processes=processes)
    orders = {cell: _orders(cell, seeds, processes) for cell in ORDERED if cell in played}
    found = list(targets(played, slow))
    said(_orders_text(orders))
    said(_targets_text(found))
    if output == "json":
        rows = {
            cell: {policy: asdict(row(load_scenario(cell), days)) for policy, days in days_of.items()}
            for cell, days_of in played.items()
        }
        found_orders = {
            cell: {order: asdict(one) for order, one in each.items()} for cell, each in orders.items()
        }
        whole = {
            "seeds": [seeds.start, seeds.stop - 1],
            "validation": [asdict(one) for one in checks],
            "cells": rows,
            "orders": found_orders,
            "targets": [asdict(one) | {"met": one.met} for one in found],
        }
        click.echo(json.dumps(whole, indent=1))


def _slower(scenario: Scenario) -> Scenario:
    people = scenario.people.model_copy(update={"aid_slower": SLOW})
    return scenario.model_copy(update={"people": people})


def _orders(cell: str, seeds: range, processes: int) -> dict[str, Row]:
    """Our router under each order of service."""
    scenario = load_scenario(cell)
    rows: dict[str, Row] = {}
    for order in ORDERS:
        changed = scenario.model_copy(update={"terms": {"order": order}})
        days: Sequence[Measures] = play(changed, policies=["ours"], seeds=seeds, processes=processes)["ours"]
        rows[order] = row(changed, days)
    return rows


def _validation(checks: Sequence[Check]) -> str:
    lines = [
        f"{'formula':10}{'agents':>7}{'load':>7}{'figure':>11}{'twin':>9}{'s.e.':>9}{'exact':>9}{'off':>6}"
    ]
    lines += [
        f"{one.formula:10}{one.agents:7}{one.load:7.2f}{one.figure:>11}{one.twin:9.4f}{one.error:9.4f}"
        f"{one.exact:9.4f}{one.off:6.1f}"
        for one in checks
    ]
    return "\n".join([*lines, "off: in standard errors\n"])


def _orders_text(orders: dict[str, dict[str, Row]]) -> str:
    lines = ["What the order of service does (our router):"] if orders else []
    for cell, rows in orders.items():
        titles = "".join(f"{title:>11}" for title in ("20 s", "60 s", "120 s", "p95 s", "aband.", "lowest"))
        lines.append(f"{cell:10}{'order':24}{titles}")
        lines += [
            f"{'':10}{order:24}{one.in_time!s:>11}{one.within_60!s:>11}{one.within_120!s:>11}"
            f"{one.p95_s!s:>11}{one.abandoned!s:>11}{one.lowest_helper or 0:11.1f}"
            for order, one in rows.items()
        ]
    return "\n".join([*lines, ""])


def _targets_text(found: Sequence[Target]) -> str:
    lines = [f"{'promise':56}{'scenario':>10}{'wanted':>10}{'reached':>9}"]
    lines += [
        f"{one.name:56}{one.cell:>10}{'≥' if one.at_least else '≤':>4}{one.wanted:6g}{one.reached:9.2f}"
        f"  {'met' if one.met else 'MISSED'}"
        for one in found
    ]
    return "\n".join([*lines, f"{sum(one.met for one in found)} of {len(found)} met"])
