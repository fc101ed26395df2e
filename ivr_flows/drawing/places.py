"""Where everything stands, in pixels: columns beside one another, steps near what they are linked with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr_flows.drawing.boxes import HEADER, Box
from ivr_flows.drawing.layers import Edge, Layers, neighbours

COLUMN_GAP, ROW_GAP, WAYPOINT, LANE = 64, 18, 8, 12
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Places:
    """``left`` and ``top`` of each step and waypoint, ``width`` of each column, the size of it all."""

    left: Mapping[str, float]
    top: Mapping[str, float]
    width: Mapping[str, float]
    size: tuple[float, float]

    def enters(self, name: str) -> tuple[float, float]:
        """Where edges arrive: at the band of a step, through the middle of a waypoint."""
        return self.left[name], self.top[name] + (WAYPOINT / 2 if name.startswith("~") else HEADER / 2)


def placed(layers: Layers, boxes: Mapping[str, Box]) -> Places:
    """Give each column its left side and each name its top; nothing overlaps."""
    left: dict[str, float] = {}
    width: dict[str, float] = {}
    x = 0.0
    for column in layers.columns:
        wide = max((boxes[name].width for name in column if name in boxes), default=40)
        for name in column:
            left[name], width[name] = x, wide
        x += wide + COLUMN_GAP
    top = _tops(layers, boxes)
    lowest = max(top[name] + _height(name, boxes) for name in top)
    return Places(
        left, top, width, (x - COLUMN_GAP, lowest + LANE * len({edge.target for edge in layers.back}))
    )


def _height(name: str, boxes: Mapping[str, Box]) -> float:
    return boxes[name].height if name in boxes else WAYPOINT


def _tops(layers: Layers, boxes: Mapping[str, Box]) -> dict[str, float]:
    top: dict[str, float] = {}
    for column in layers.columns:
        y = 0.0
        for name in column:
            top[name] = y
            y += _height(name, boxes) + ROW_GAP
    links, order = neighbours(layers), {n: c for c, column in enumerate(layers.columns) for n in column}
    ports = {(edge.source, edge.port): boxes[edge.source].port(edge.port) for edge in layers.routes}
    for turn in range(ROUNDS):
        numbers = range(len(layers.columns))
        for number in numbers if turn % 2 == 0 else reversed(numbers):
            column = layers.columns[number]
            wanted = [_wanted(name, top, links[name], ports, order) for name in column]
            heights = [_height(name, boxes) for name in column]
            for name, y in zip(column, spread(wanted, heights), strict=True):
                top[name] = y
    highest = min(top.values())
    return {name: y - highest for name, y in top.items()}


def _wanted(
    name: str,
    top: Mapping[str, float],
    links: list[tuple[str, int]],
    ports: Mapping[tuple[str, int], float],
    order: Mapping[str, int],
) -> float:
    """The top at which the edges of a name would run straight."""
    wishes = []
    for other, port in links:
        before = order[other] < order[name]
        out = other if before else name
        leaves = ports.get((out, port), WAYPOINT / 2)
        into = WAYPOINT / 2 if (name if before else other).startswith("~") else HEADER / 2
        wishes.append(top[other] + (leaves - into if before else into - leaves))
    return sum(wishes) / len(wishes) if wishes else top[name]


def spread(wanted: list[float], heights: list[float]) -> list[float]:
    """The tops nearest to those wanted (least squares) that keep the order and overlap nowhere.

    Neighbours that would overlap are pooled and moved together (pool adjacent violators).

    >>> spread([0, 0], [10, 10])
    [-14.0, 14.0]
    """
    offsets, offset = [], 0.0
    for height in heights:
        offsets.append(offset)
        offset += height + ROW_GAP
    pools: list[tuple[float, int]] = []  # the mean of what is wanted, and how many stand on it
    for wish, before in zip(wanted, offsets, strict=True):
        pools.append((wish - before, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (low, few), (high, more) = pools.pop(-2), pools.pop()
            pools.append(((low * few + high * more) / (few + more), few + more))
    bases = [mean for mean, number in pools for _ in range(number)]
    return [base + before for base, before in zip(bases, offsets, strict=True)]


def path_of(edge: Edge, route: list[str], places: Places, boxes: Mapping[str, Box]) -> str:
    """The curve of an edge from its exit to the step it leads to, through its waypoints."""
    source = edge.source
    x = places.left[source] + boxes[source].width
    y = places.top[source] + boxes[source].port(edge.port)
    parts = [f"M{x:.0f} {y:.0f}"]
    x = places.left[source] + places.width[source]
    parts.append(f"H{x:.0f}")
    for name in route[1:]:
        to_x, to_y = places.enters(name)
        middle = (x + to_x) / 2
        parts.append(f"C{middle:.0f} {y:.0f} {middle:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}")
        x, y = to_x, to_y
        if name.startswith("~"):
            x += places.width[name]
            parts.append(f"H{x:.0f}")
    return "".join(parts)


def path_back(edge: Edge, lane: int, places: Places, boxes: Mapping[str, Box]) -> str:
    """The way of an edge that leads back: below everything, in the lane of the step it leads to."""
    source = edge.source
    x = places.left[source] + boxes[source].width
    y = places.top[source] + boxes[source].port(edge.port)
    right = places.left[source] + places.width[source] + 14 + 4 * (lane % 8)
    to_x, to_y = places.enters(edge.target)
    low = places.size[1] - LANE * lane
    left = to_x - 14 - 4 * (lane % 4)
    return (
        f"M{x:.0f} {y:.0f}H{right - 6:.0f}q6 0 6 6V{low - 6:.0f}q0 6 -6 6"
        f"H{left + 6:.0f}q-6 0 -6 -6V{to_y + 6:.0f}q0 -6 6 -6H{to_x:.0f}"
    )
