"""The course of a day as a picture: one line a policy; drawn once as shapes, written as SVG or as PNG."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from callsvc.planning.twin.measures import BIN_S, Measures
from callsvc.planning.twin.png import as_png
from callsvc.planning.twin.report import course
from callsvc.planning.twin.scenario import Policy, Scenario
from callsvc.planning.twin.shapes import Line, Picture, Polyline, Shape, Text
from callsvc.planning.twin.svg import as_svg

WIDTH, PANEL, LEFT, TOP, GAP = 900, 190, 60, 50, 46
COLOURS = ("#777777", "#c05000", "#e0a000", "#2a7f3f", "#1f5fbf", "#b0004a", "#6aa7e8", "#e07fae")
PANELS = (
    ("in_time", "answered within 20 s, % of calls of these ten minutes"),
    ("lost", "lost, %"),
    ("aided", "answered by another region, %"),
)


def save(path: Path, scenario: Scenario, played: Mapping[Policy, Sequence[Measures]]) -> None:
    """Write the picture as the file's name ends: ``.png``, else SVG."""
    picture = draw(scenario, played)
    if path.suffix.lower() == ".png":
        path.write_bytes(as_png(picture))
    else:
        path.write_text(as_svg(picture), encoding="utf-8")


def draw(scenario: Scenario, played: Mapping[Policy, Sequence[Measures]]) -> Picture:
    """Three panels over the hours of the day, and a legend."""
    bottom = TOP + len(PANELS) * (PANEL + GAP)
    shapes: list[Shape] = [Text(LEFT, 24, scenario.title, size=16)]
    for number, (name, said) in enumerate(PANELS):
        curves = [course(days, name) for days in played.values()]
        shapes += _panel(TOP + number * (PANEL + GAP), said, scenario.hours, curves)
    shapes += _legend(bottom, list(played))
    return Picture(WIDTH, bottom + 20 * ((len(played) + 3) // 4), scenario.title, shapes)


def _panel(top: int, said: str, hours: float, curves: Sequence[Sequence[float | None]]) -> list[Shape]:
    highest = max((value for curve in curves for value in curve if value is not None), default=1.0)
    scale = 100.0 if highest > 50 else max(5.0, -(-highest // 5) * 5)
    bottom, span = top + PANEL, WIDTH - LEFT - 20
    shapes: list[Shape] = [Text(LEFT, top - 6, said, colour="#333333")]
    for step in range(5):
        y = bottom - PANEL * step / 4
        shapes.append(Line(LEFT, y, LEFT + span, y, colour="#dddddd"))
        shapes.append(Text(LEFT - 6, y + 4, f"{scale * step / 4:g}", anchor="end"))
    for hour in range(int(hours) + 1):
        shapes.append(Text(LEFT + span * hour / hours, bottom + 15, f"{hour} h", anchor="middle"))
    for curve, colour in zip(curves, COLOURS, strict=False):
        points = [
            (LEFT + span * (n + 0.5) * BIN_S / 3600 / hours, bottom - PANEL * value / scale)
            for n, value in enumerate(curve)
            if value is not None and (n + 1) * BIN_S <= hours * 3600
        ]
        shapes.append(Polyline(points, colour=colour, width=1.6))
    return shapes


def _legend(top: int, policies: Sequence[str]) -> list[Shape]:
    shapes: list[Shape] = []
    for number, (policy, colour) in enumerate(zip(policies, COLOURS, strict=False)):
        x, y = LEFT + (number % 4) * 205, top + 20 * (number // 4)
        shapes.append(Line(x, y, x + 22, y, colour=colour, width=3))
        shapes.append(Text(x + 28, y + 4, policy))
    return shapes
