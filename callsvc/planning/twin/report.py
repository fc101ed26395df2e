"""A comparison of policies as a table for people and as JSON for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from callsvc.planning.twin.campaigns import line_of, means_of
from callsvc.planning.twin.comparing import Figure, differences, row
from callsvc.planning.twin.measures import BIN_S, Measures, Tally, pooled
from callsvc.planning.twin.scenario import Policy, Scenario
from callsvc.planning.twin.world import campaigns_of

REFERENCE: Policy = "home-first"
COLUMNS = (
    ("policy", "in_time"),
    ("20 s", "in_time"),
    ("60 s", "within_60"),
    ("120 s", "within_120"),
    ("aband.", "abandoned"),
    ("lost", "lost"),
    ("mean s", "wait_s"),
    ("p95 s", "p95_s"),
    ("hot 20 s", "hot_in_time"),
    ("hot aband.", "hot_abandoned"),
    ("helpers", "helpers_in_time"),
    ("aided", "aided"),
    ("deferred", "deferred"),
    ("kept", "kept"),
)
EXPLANATION = (
    "Percentages of all calls offered while measured, mean over seeds and 95 % interval. 20 s: answered in "
    "time (strictest variant).\nlost: abandoned, or called back in vain or not the same day. p95: wait of "
    "those answered. lowest: the helper of at least\n10 agents with the lowest service level, seeds pooled. "
    "act.: most activations of a region in any hour."
)


def text(scenario: Scenario, played: Mapping[Policy, Sequence[Measures]]) -> str:
    """The table, and what differs from home first on the same calls."""
    lines = [scenario.title, ""]
    lines.append(
        f"{'policy':21}"
        + "".join(f"{title:>12}" for title, _ in COLUMNS[1:])
        + f"{'lowest':>9}{'where':>6}{'act.':>5}"
    )
    for policy, days in played.items():
        found = row(scenario, days)
        cells = "".join(f"{_cell(getattr(found, name)):>12}" for _, name in COLUMNS[1:])
        lowest = "-" if found.lowest_helper is None else f"{found.lowest_helper:.1f}"
        lines.append(f"{policy:21}{cells}{lowest:>9}{found.lowest_code:>6}{found.activations:>5}")
    lines += ["", EXPLANATION]
    if outbound := campaigns(scenario, played):
        lines += ["", *(line_of(number, means) for number, means in enumerate(outbound, start=1))]
    if REFERENCE in played and len(played) > 1:
        lines += ["", f"Points above {REFERENCE} on the same calls (paired, 95 %):"]
        for other, changed in differences(played, REFERENCE).items():
            said = ", ".join(f"{name} {one.mean:+.2f} ±{one.half:.2f}" for name, one in changed.items())
            lines.append(f"  {other:21}{said}")
    return "\n".join(lines)


def campaigns(scenario: Scenario, played: Mapping[Policy, Sequence[Measures]]) -> list[dict[str, float]]:
    """The mean day of each campaign; it is the same under every policy."""
    seeds = [day.seed for day in next(iter(played.values()))]
    by_seed = [campaigns_of(scenario, seed) for seed in seeds] if scenario.campaigns else []
    return [means_of(days) for days in zip(*by_seed, strict=True)]


def was(tallies: Mapping[str, Tally]) -> str:
    """The recorded day itself, in one line."""
    day = pooled(tallies.values())
    shares = ", ".join(
        f"{said} {day.share(name):.1f} %"
        for said, name in (
            ("within 20 s", "in_time"),
            ("within 60 s", "within_60"),
            ("abandoned", "abandoned"),
            ("callback", "deferred"),
            ("aided", "aided"),
        )
    )
    return (
        f"as it was: {day.offered} calls, {shares}, mean wait {day.waited_s / max(1, day.answered):.1f} s\n"
    )


def _cell(figure: Figure | None) -> str:
    return "-" if figure is None else str(figure)


def as_json(scenario: Scenario, played: Mapping[Policy, Sequence[Measures]]) -> dict[str, Any]:
    """Everything the table says, the course of the day and each seed by itself."""
    return {
        "title": scenario.title,
        "scenario": scenario.model_dump(mode="json", by_alias=True, exclude={"day"}),
        "campaigns": campaigns(scenario, played),
        "policies": {policy: asdict(row(scenario, days)) for policy, days in played.items()},
        f"against_{REFERENCE}": {
            policy: {name: asdict(one) for name, one in changed.items()}
            for policy, changed in differences(played, REFERENCE).items()
        }
        if REFERENCE in played
        else {},
        "course": {
            policy: {
                "bin_s": BIN_S,
                "in_time": course(days, "in_time"),
                "aided": course(days, "aided"),
                "lost": course(days, "lost"),
            }
            for policy, days in played.items()
        },
        "seeds": {
            policy: [
                {
                    "seed": day.seed,
                    "p95_s": day.p95_s,
                    "letters": day.letters,
                    "examples": {letter: asdict(one) for letter, one in day.examples.items()},
                    "regions": {code: asdict(tally) for code, tally in day.regions.items()},
                }
                for day in days
            ]
            for policy, days in played.items()
        },
    }


def course(days: Sequence[Measures], name: str) -> list[float | None]:
    """A share through the day, by bins of ten minutes, seeds pooled; None where nobody called."""
    bins: list[Tally] = [
        pooled(day.bins[number] for day in days) for number in range(min(len(day.bins) for day in days))
    ]
    return [round(one.share(name), 3) if one.offered else None for one in bins]
