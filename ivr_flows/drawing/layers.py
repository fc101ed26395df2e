"""Which column each step stands in, and in what order: a layered drawing (Sugiyama's method).

Edges that lead back are set aside; a step stands one column after the last that leads to it; an
edge that passes columns holds a place in each (a waypoint); waypoints and steps are then ordered by
the mean of their neighbours, and the order with the fewest crossings is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Edge:
    """From an exit (row ``port``) of a step to another step."""

    source: str
    port: int
    target: str


@dataclass(slots=True)
class Layers:
    """``columns`` hold the names of steps and waypoints; ``routes`` the names an edge passes, both
    ends included; ``back`` are the edges set aside."""

    columns: list[list[str]]
    routes: dict[Edge, list[str]] = field(default_factory=dict)
    back: list[Edge] = field(default_factory=list)


def layered(names: Sequence[str], edges: Sequence[Edge]) -> Layers:
    """Columns for these steps; the first name is the beginning."""
    back = _back(names, edges)
    forward = [edge for edge in edges if edge not in back]
    depth = _depths(names, forward)
    layers = Layers([[] for _ in range(max(depth.values()) + 1)], back=[e for e in edges if e in back])
    for name in names:
        layers.columns[depth[name]].append(name)
    for number, edge in enumerate(forward):
        between = range(depth[edge.source] + 1, depth[edge.target])
        waypoints = [f"~{number}.{column}" for column in between]
        for column, waypoint in zip(between, waypoints, strict=True):
            layers.columns[column].append(waypoint)
        layers.routes[edge] = [edge.source, *waypoints, edge.target]
    _order(layers)
    return layers


def _back(names: Sequence[str], edges: Sequence[Edge]) -> set[Edge]:
    """The edges that lead back to a step still open when they are met, searching deeply."""
    out = {name: [edge for edge in edges if edge.source == name] for name in names}
    back: set[Edge] = set()
    done: set[str] = set()
    for root in names:
        trail = [(root, iter(out[root]))] if root not in done else []
        opened = {root}
        while trail:
            name, rest = trail[-1]
            edge = next(rest, None)
            if edge is None:
                done.add(name)
                opened.discard(name)
                trail.pop()
            elif edge.target in opened:
                back.add(edge)
            elif edge.target not in done:
                opened.add(edge.target)
                trail.append((edge.target, iter(out[edge.target])))
    return back


def _depths(names: Sequence[str], forward: Sequence[Edge]) -> dict[str, int]:
    """The longest way from a beginning, in steps."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        moved = False
        for edge in forward:
            if depth[edge.target] <= depth[edge.source]:
                depth[edge.target], moved = depth[edge.source] + 1, True
        if not moved:
            break
    return depth


def _order(layers: Layers) -> None:
    """Sweep forth and back; keep the order with the fewest crossings."""
    links = [(a, b, e.port) for e, route in layers.routes.items() for a, b in itertools.pairwise(route)]
    best, least = [list(column) for column in layers.columns], _crossings(layers.columns, links)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        numbers = range(1, len(layers.columns)) if forth else range(len(layers.columns) - 2, -1, -1)
        for number in numbers:
            beside = layers.columns[number - 1 if forth else number + 1]
            layers.columns[number] = _sorted(layers.columns[number], beside, links, forth)
        now = _crossings(layers.columns, links)
        if now < least:
            best, least = [list(column) for column in layers.columns], now
    layers.columns = best


def _sorted(
    column: list[str], beside: list[str], links: Sequence[tuple[str, str, int]], forth: bool
) -> list[str]:
    at = {name: index for index, name in enumerate(beside)}
    places: dict[str, list[float]] = {name: [] for name in column}
    for a, b, port in links:
        near, far = (b, a) if forth else (a, b)
        if near in places and far in at:
            places[near].append(at[far] + (port / 100 if forth else 0))
    old = {name: index for index, name in enumerate(column)}
    return sorted(column, key=lambda name: (_mean(places[name], old[name]), old[name]))


def _mean(numbers: list[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _crossings(columns: Sequence[Sequence[str]], links: Sequence[tuple[str, str, int]]) -> int:
    at = {name: (number, row) for number, column in enumerate(columns) for row, name in enumerate(column)}
    gaps: dict[int, list[tuple[float, int]]] = {}
    for a, b, port in links:
        gaps.setdefault(at[a][0], []).append((at[a][1] + port / 100, at[b][1]))
    return sum(_inversions(sorted(pairs)) for pairs in gaps.values())


def _inversions(pairs: Sequence[tuple[float, int]]) -> int:
    ends = [end for _, end in pairs]
    return sum(1 for i, end in enumerate(ends) for later in ends[i + 1 :] if later < end)


def neighbours(layers: Layers) -> Mapping[str, list[tuple[str, int]]]:
    """For each step and waypoint, what it is linked with in the columns beside it, and by which port."""
    found: dict[str, list[tuple[str, int]]] = {name: [] for column in layers.columns for name in column}
    for edge, route in layers.routes.items():
        for a, b in itertools.pairwise(route):
            found[a].append((b, edge.port))
            found[b].append((a, edge.port))
    return found
